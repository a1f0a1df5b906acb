/** What models cost, and the use of budgets. */
import { whole } from '../format.ts'
import { api } from '../state/api.ts'
import { useLoaded } from '../state/loaded.ts'
import { T } from '../strings.ts'
import { Panel, Table } from '../parts/panel.tsx'
import { AsOf, StateOf } from '../parts/state-of.tsx'
import type { VNode } from 'preact'
import type { ResultOf } from '../../client/index.ts'

type Usage = ResultOf<'usage'>

export function Spend(): VNode {
  const t = T.agents
  const usage = useLoaded((signal) => api.usage({}, { signal }), [], ['model:call'])
  return (
    <Panel title={t.spend} aside={<AsOf at={usage.at} />}>
      <StateOf
        of={usage}
        isEmpty={({ rows, budgets }) => rows.length + budgets.length === 0}
        empty={<p>{t.noSpend}</p>}
      >
        {({ rows, budgets }) => (
          <>
            {budgets.length === 0 ? null : <Budgets budgets={budgets} />}
            {rows.length === 0 ? null : <Costs rows={rows} />}
          </>
        )}
      </StateOf>
    </Panel>
  )
}

function Budgets({ budgets }: { readonly budgets: Usage['budgets'] }): VNode {
  const t = T.agents
  const rows = budgets.flatMap(({ what, usd, tokens }) => [
    ...(usd === undefined ? [] : [[`${what}, ${t.cost}`, usd.spent, usd.reserved, usd.limit]]),
    ...(tokens === undefined
      ? []
      : [
          [`${what}, ${t.tokens}`, whole(tokens.spent), whole(tokens.reserved), whole(tokens.limit)]
        ])
  ])
  return <Table label={t.budget} head={[t.budget, t.spent, t.reserved, t.limit]} rows={rows} />
}

function Costs({ rows }: { readonly rows: Usage['rows'] }): VNode {
  const t = T.agents
  return (
    <Table
      label={t.spend}
      head={[t.agent, t.task, t.model, t.calls, t.tokens, t.cost]}
      rows={rows.map(({ agent, task, model, calls, tokens, cost }) => [
        agent,
        task,
        model,
        whole(calls),
        whole(tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output),
        cost
      ])}
    />
  )
}
