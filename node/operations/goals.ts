/** Operations on the goals of the swarm, and on their playbooks. */
import { z } from 'zod'
import { FIVE_TOOLS, operation } from './operation.ts'
import { EXAMPLE_ID, Id, Release, Tags } from './shapes/common.ts'
import { Goal, GoalStatus, PlaybookEdit, Step } from './shapes/goals.ts'

const EXAMPLE_GOAL: z.input<typeof Goal> = {
  id: EXAMPLE_ID,
  title: 'Upgrade to Node 24',
  description: '',
  status: 'open',
  statusCounts: { open: 1 },
  children: [],
  tags: [],
  corroboration: 1,
  templates: {}
}

export const GOALS = {
  goals: operation({
    topic: 'goals',
    summary: 'List the goals of the swarm',
    effect: 'reads',
    input: z.strictObject({
      status: GoalStatus.optional(),
      parent: Id.optional(),
      tags: Tags.optional(),
      state: Release.optional()
    }),
    output: z.array(Goal),
    errors: ['ID_AMBIGUOUS', 'GOAL_UNKNOWN'],
    example: { input: { status: 'open' }, output: [EXAMPLE_GOAL] },
    cli: { by: 'goals', args: ['goals', '--status', 'open'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, options, { signal }) => db.agent.cortex.hive.goals.list({ ...options, signal })
  }),

  'add-goal': operation({
    topic: 'goals',
    summary: 'Add a goal; its text is anonymised',
    effect: 'publishes',
    input: z.strictObject({
      title: z.string(),
      description: z.string().optional(),
      parent: Id.optional(),
      tags: Tags.optional()
    }),
    output: z.strictObject({ id: z.string(), status: z.enum(['new', 'duplicate']) }),
    errors: ['GOAL_UNKNOWN', 'LIMIT_EXCEEDED', 'WITHHELD'],
    example: {
      input: { title: 'Upgrade to Node 24' },
      output: { id: EXAMPLE_ID, status: 'new' }
    },
    cli: { by: 'goals add TITLE', args: ['goals', 'add', 'Upgrade to Node 24'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, goal, { signal }) => db.agent.cortex.hive.goals.add(goal, { signal })
  }),

  'goal-status': operation({
    topic: 'goals',
    summary: 'State the status of a goal',
    effect: 'publishes',
    input: z.strictObject({ id: Id, status: GoalStatus }),
    output: Goal,
    errors: ['ID_AMBIGUOUS', 'GOAL_UNKNOWN'],
    example: {
      input: { id: EXAMPLE_ID, status: 'active' },
      output: { ...EXAMPLE_GOAL, status: 'active', statusCounts: { active: 1 } }
    },
    cli: { by: 'goals status ID STATUS', args: ['goals', 'status', EXAMPLE_ID, 'active'] },
    mcp: FIVE_TOOLS,
    run: ({ db }, { id, status }, { signal }) =>
      db.agent.cortex.hive.goals.status(id, status, { signal })
  }),

  playbook: operation({
    topic: 'goals',
    summary: 'Return the steps of a goal, after an edit if there is one',
    effect: 'publishes',
    input: z.strictObject({ id: Id, edit: PlaybookEdit.optional() }),
    output: z.array(Step),
    errors: ['ID_AMBIGUOUS', 'GOAL_UNKNOWN', 'STEP_UNKNOWN', 'LIMIT_EXCEEDED', 'WITHHELD'],
    example: {
      input: { id: EXAMPLE_ID, edit: { do: 'add', at: 0, title: 'Run the tests' } },
      output: [{ id: '1:0', title: 'Run the tests', body: '', spans: [] }]
    },
    cli: { by: 'playbook ID', args: ['playbook', EXAMPLE_ID, 'add', 'Run the tests'] },
    mcp: FIVE_TOOLS,
    async run({ db }, { id, edit }, { signal }) {
      using playbook = db.agent.cortex.hive.goals.playbook(id)
      switch (edit?.do) {
        case 'add':
          await playbook.insert(edit.at, { title: edit.title, body: edit.body }, { signal })
          break
        case 'edit':
          await playbook.edit(edit.step, { title: edit.title, body: edit.body }, { signal })
          break
        case 'move':
          await playbook.move(edit.step, edit.at, { signal })
          break
        case 'remove':
          await playbook.remove(edit.step, { signal })
          break
        default:
      }
      return playbook.steps({ signal })
    }
  })
} as const
