import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { InstallError } from '../../../node/install/index.ts'
import { filesOf, installCases, installHome, treeOf } from '../../fixtures/install-cases.ts'

describe('the files of each client', () => {
  for (const each of installCases()) {
    const { client, isProject } = each

    if (each.has('refused.txt')) {
      it(`${each.name}: stay as they are`, async () => {
        await using home = await installHome(each.folder('before'), isProject)
        const before = await treeOf(home.path)
        const expected = await readFile(each.folder('refused.txt'), 'utf8')
        await assert.rejects(home.install(client), (error) => {
          assert.ok(error instanceof InstallError)
          assert.equal(`${error.message.replaceAll(home.path, '~')}\n`, expected)
          return true
        })
        assert.deepEqual(await treeOf(home.path), before)
      })
      continue
    }

    it(`${each.name}: are edited, and not edited twice`, async () => {
      await using home = await installHome(each.folder('before'), isProject)
      await home.install(client)
      assert.deepEqual(await treeOf(home.path), await treeOf(each.folder('after')))
      const second = await home.install(client)
      assert.deepEqual(second.changes, [])
      assert.deepEqual(await treeOf(home.path), await treeOf(each.folder('after')))
    })

    it(`${each.name}: are restored to the byte`, async () => {
      await using home = await installHome(each.folder('before'), isProject)
      await home.install(client)
      await home.uninstall(client)
      // Git stores no empty folders, so that golden files can have none.
      if (each.has('removed')) {
        assert.deepEqual(await filesOf(home.path), await filesOf(each.folder('removed')))
      } else assert.deepEqual(await treeOf(home.path), await treeOf(each.folder('before')))
      assert.deepEqual((await home.uninstall(client)).changes, [])
    })

    it(`${each.name}: lose what hive wrote, without its record too`, async () => {
      await using home = await installHome(each.folder('before'), isProject)
      await home.install(client)
      await home.forget()
      await home.uninstall(client)
      // Nothing states which folders hive made.
      const expected = each.has('removed-by-form') ? 'removed-by-form' : 'removed'
      const part = each.has(expected) ? expected : 'before'
      assert.deepEqual(await filesOf(home.path), await filesOf(each.folder(part)))
    })
  }
})
