import assert from 'node:assert/strict'
import { LiveWorld } from '../simulation/live/live-world.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const SEEDS = 5

describe('a live swarm over libp2p', function () {
  this.timeout(SEEDS * 150_000)

  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`keeps the promises of the simulation, with the work of seed ${seed}`, async () => {
      await using folder = await temporaryDirectory()
      const world = new LiveWorld(seed, { nodes: 5, minutes: 2, folder: folder.path })
      const { broken, story } = await world.run()
      assert.deepEqual(broken, [], story)
    })
  }
})
