import { setTimeout as delay } from 'node:timers/promises'
import { startMeshNode } from './bench/mesh-nodes.ts'
const kind = process.argv[2] as 'hive'
const count = Number(process.argv[3])
const swarm: any[] = []
const c0 = process.cpuUsage()
for (let i = 0; i < count; i++) {
  const bootstrap = [1, 2, 3, 4, 5, 6]
    .flatMap((j) => swarm[(i * 7 + j * 13) % Math.max(1, i)]?.addresses[0] ?? [])
    .filter((a, k, all) => all.indexOf(a) === k)
  swarm.push(
    await startMeshNode(kind, { transport: 'memory', pace: 1, bootstrap, onMessage: () => {} })
  )
}
await delay(Number(process.argv[4]) * 1000)
const c1 = process.cpuUsage(c0)
console.log(kind, 'start CPU ms/node', ((c1.user + c1.system) / 1000 / count).toFixed(1))
const i0 = process.cpuUsage()
await delay(10_000)
const i1 = process.cpuUsage(i0)
console.log(kind, 'idle % of a core', ((i1.user + i1.system) / 1e5).toFixed(1))
process.exit(0)
