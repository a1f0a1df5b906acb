/** The options of `npm run simulate`. */
import { parseArgs } from 'node:util'
import type { PlanSettings } from './plan/plan.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    /** Nodes of a swarm, and virtual minutes of work. By default the seed says. */
    nodes: { type: 'string' },
    minutes: { type: 'string' },
    /** `small` or `large`: sizes of swarms, where they are not given. By default the seed says. */
    sizes: { type: 'string', default: 'both' },
    /** `closed` or `open`: only such swarms. By default the seed says. */
    swarms: { type: 'string', default: 'both' },
    /** `damaged` or `whole`: disks with such faults, or without. By default the seed says. */
    disks: { type: 'string', default: 'both' },
    /** `copied` or `kept`: only such directories, where disks are whole. By default the seed says. */
    directories: { type: 'string', default: 'both' },
    /** `tried` or `shut`: only closed swarms whose door is tried, or others. By default the seed says. */
    doors: { type: 'string', default: 'both' },
    /** `mixed` or `same`: one node of a later version, where nobody lies. By default the seed says. */
    versions: { type: 'string', default: 'both' },
    /** `open`, `closed` or `door`: seeds that say something else are left out. */
    among: { type: 'string', default: 'all' },
    /** Seeds without a step of this kind are left out. */
    having: { type: 'string' },
    /** Processes that simulate at the same time. */
    jobs: { type: 'string', default: '1' },
    /** Prints the trace of each seed. */
    traces: { type: 'boolean', default: false },
    /** Prints the story also of a seed that breaks nothing. */
    story: { type: 'boolean', default: false },
    /** Ends with the first seed that breaks a promise, without its shortest beginning. */
    first: { type: 'boolean', default: false },
    /** Goes on after a seed that breaks a promise. */
    all: { type: 'boolean', default: false }
  }
})

/** What is printed, and when it ends. */
export const { traces, story, first, all } = values

/** Seeds that are not left out. */
export const { among, having } = values

export const from = Number(values.from)
export const seeds = Number(values.seeds)
export const jobs = Number(values.jobs)

export const settings: PlanSettings = {
  nodes: numberOf(values.nodes),
  minutes: numberOf(values.minutes),
  isSmall: choiceOf(values.sizes, 'small'),
  isClosed: choiceOf(values.swarms, 'closed'),
  isDamaged: choiceOf(values.disks, 'damaged'),
  isCopied: choiceOf(values.directories, 'copied'),
  isAtDoor: choiceOf(values.doors, 'tried'),
  isMixed: choiceOf(values.versions, 'mixed')
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function choiceOf(text: string, chosen: string): boolean | undefined {
  return text === 'both' ? undefined : text === chosen
}
