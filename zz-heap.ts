import { Session } from 'node:inspector/promises'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startMeshNode } from './bench/mesh-nodes.ts'
const kind = process.argv[2] as 'hive'
const count = Number(process.argv[3])
const session = new Session()
session.connect()
globalThis.gc?.()
const before = process.memoryUsage()
await session.post('HeapProfiler.startSampling', { samplingInterval: 16384 })
const swarm: any[] = []
for (let i = 0; i < count; i++) {
  const bootstrap = [1, 2, 3, 4, 5, 6]
    .flatMap((j) => swarm[(i * 7 + j * 13) % Math.max(1, i)]?.addresses[0] ?? [])
    .filter((a, k, all) => all.indexOf(a) === k)
  swarm.push(
    await startMeshNode(kind, { transport: 'memory', pace: 1, bootstrap, onMessage: () => {} })
  )
}
await delay(Number(process.argv[4] ?? 45) * 1000)
globalThis.gc?.()
await delay(100)
globalThis.gc?.()
const { profile } = (await session.post('HeapProfiler.stopSampling')) as any
writeFileSync('/tmp/heap.json', JSON.stringify(profile))
const after = process.memoryUsage()
for (const k of ['rss', 'heapUsed', 'heapTotal', 'external', 'arrayBuffers'] as const)
  console.log(k, ((after[k] - before[k]) / count / 1e6).toFixed(3), 'MB/node')
// by module
const byUrl = new Map<string, number>(),
  byFn = new Map<string, number>()
const walk = (n: any, stack: any[]) => {
  const size = n.selfSize
  if (size > 0) {
    const u = n.callFrame.url
    const key = u.includes('node_modules')
      ? u
          .split('node_modules/')
          .at(-1)
          .split('/')
          .slice(0, u.split('node_modules/').at(-1).startsWith('@') ? 2 : 1)
          .join('/')
      : u.split('/').slice(-2).join('/') || '(native)'
    byUrl.set(key, (byUrl.get(key) ?? 0) + size)
    const fn =
      n.callFrame.functionName +
      ' ' +
      u.split('/').slice(-2).join('/') +
      ':' +
      n.callFrame.lineNumber
    byFn.set(fn, (byFn.get(fn) ?? 0) + size)
  }
  for (const c of n.children) walk(c, stack)
}
walk(profile.head, [])
const top = (m: Map<string, number>, n: number) =>
  [...m]
    .sort((a, b) => b[1] - a[1])
    .slice(0, n)
    .forEach(([k, v]) => console.log((v / count / 1000).toFixed(1).padStart(8), 'kB/node', k))
top(byUrl, 25)
console.log('---')
top(byFn, 45)
process.exit(0)
