/**
 * Checks of the conformance suite that fail, each with its reason. A check that is not listed must
 * pass, and one that is listed must fail: then it is taken off the list.
 */
import type { Revision } from './runner.ts'

export interface Expected {
  readonly reason: string
  readonly checks: readonly string[]
}

const FIXTURE =
  'calls a tool, prompt or resource that the suite wants by name; the shipped server has its five tools, and no prompts'
const TASKS = 'the tasks extension is optional; no tool of the node runs long enough to need it'
const SESSIONS =
  'asks the client in the middle of a call, which needs sessions on 2025-11-25; the server keeps none, and no tool asks'

const TASK_CHECKS: Expected = {
  reason: TASKS,
  checks: [
    'tasks-capability-negotiation: tasks-extension-advertised',
    'tasks-capability-negotiation: sep-2663-tasks-methods-non-declaring',
    'tasks-capability-negotiation: sep-2663-server-rejects-undeclared-client',
    'tasks-capability-negotiation: tasks-per-request-meta-opt-in',
    'tasks-dispatch-and-envelope: tasks-server-directed-creation-no-hint',
    'tasks-dispatch-and-envelope: sep-2663-legacy-task-param-ignored',
    'tasks-dispatch-and-envelope: tasks-immediate-result-shortcut',
    'tasks-dispatch-and-envelope: tasks-result-type-complete-on-non-task-responses',
    'tasks-dispatch-and-envelope: sep-2663-durable-create-strong-consistency',
    'tasks-dispatch-and-envelope: sep-2663-tasks-get-invalid-task-id-32602',
    'tasks-lifecycle: tasks-sync-tool-call',
    'tasks-lifecycle: sep-2663-result-type-task-on-create',
    'tasks-lifecycle: sep-2663-tasks-get-status-working',
    'tasks-lifecycle: sep-2663-tasks-get-status-completed',
    'tasks-lifecycle: sep-2663-tool-error-uses-completed-status',
    'tasks-lifecycle: sep-2663-tasks-get-status-failed',
    'tasks-lifecycle: sep-2663-cancel-ack-empty-result',
    'tasks-lifecycle: tasks-cancel-terminal-idempotent-ack',
    'tasks-mrtr-composition: sep-2663-mrtr-synchronous-before-task-creation',
    'tasks-mrtr-input: sep-2663-tasks-get-status-input-required',
    'tasks-mrtr-input: tasks-mrtr-tasks-update-resumes',
    'tasks-mrtr-input: tasks-mrtr-partial-fulfillment',
    'tasks-request-headers: tasks-headers-tolerate-mcp-method-on-tools-call',
    'tasks-request-headers: sep-2663-routing-headers-accepted-on-tasks-get',
    'tasks-request-headers: sep-2663-server-rejects-mismatched-mcp-name-on-tasks-get',
    'tasks-request-state-removal: tasks-request-state-removal-setup',
    'tasks-required-task-error: sep-2663-server-returns-missing-capability-when-required',
    'tasks-wire-fields: tasks-wire-field-renames',
    'tasks-wire-fields: tasks-no-early-ttl-expiry',
    'tasks-wire-fields: tasks-no-related-task-meta-on-inlined-result'
  ]
}

/** Scenarios that check nothing on either server, and why. */
export const EMPTY: Readonly<Record<string, string>> = {
  'server-session-lifecycle': 'the server has no sessions',
  'server-sse-multiple-streams': 'the server has no sessions',
  'server-sse-polling': 'the server has no sessions',
  'tasks-status-notifications': 'the tasks extension is optional'
}

/** Scenarios that check nothing on the shipped server, and why. */
export const EMPTY_WITHOUT_FIXTURES: Readonly<Record<string, string>> = {
  ...EMPTY,
  'input-required-result-ignore-extra-params': 'the shipped server has no tool that asks',
  'input-required-result-missing-input-response': 'the shipped server has no tool that asks'
}

export const SHIPPED: Readonly<Record<Revision, readonly Expected[]>> = {
  '2025-11-25': [
    {
      reason: FIXTURE,
      checks: [
        'completion-complete: completion-complete',
        'elicitation-sep1034-defaults: elicitation-sep1034-general',
        'elicitation-sep1330-enums: elicitation-sep1330-general',
        'json-schema-2020-12: json-schema-2020-12-tool-found',
        'logging-set-level: logging-set-level',
        'prompts-get-embedded-resource: prompts-get-embedded-resource',
        'prompts-get-simple: prompts-get-simple',
        'prompts-get-with-args: prompts-get-with-args',
        'prompts-get-with-image: prompts-get-with-image',
        'prompts-list: prompts-list',
        'resources-read-binary: resources-read-binary',
        'resources-read-text: resources-read-text',
        'resources-subscribe: resources-subscribe',
        'resources-templates-read: resources-templates-read',
        'resources-unsubscribe: resources-unsubscribe',
        'tools-call-audio: tools-call-audio',
        'tools-call-elicitation: tools-call-elicitation',
        'tools-call-embedded-resource: tools-call-embedded-resource',
        'tools-call-error: tools-call-error',
        'tools-call-image: tools-call-image',
        'tools-call-mixed-content: tools-call-mixed-content',
        'tools-call-sampling: tools-call-sampling',
        'tools-call-simple-text: tools-call-simple-text',
        'tools-call-with-logging: tools-call-with-logging',
        'tools-call-with-progress: tools-call-with-progress'
      ]
    }
  ],
  '2026-07-28': [
    {
      reason: FIXTURE,
      checks: [
        'caching: sep-2549-prompts-list-caching-hints',
        'completion-complete: completion-complete',
        'http-custom-header-server-validation: sep-2243-server-no-xmcp-tool',
        'http-custom-header-server-validation: sep-2243-server-decode-base64',
        'http-custom-header-server-validation: sep-2243-server-validate-param-match',
        'http-custom-header-server-validation: sep-2243-server-reject-invalid-param-chars',
        'http-custom-header-server-validation: sep-2243-server-reject-param-mismatch',
        'input-required-result-basic-elicitation: sep-2322-elicitation-incomplete',
        'input-required-result-basic-list-roots: sep-2322-list-roots-incomplete',
        'input-required-result-basic-sampling: sep-2322-sampling-incomplete',
        'input-required-result-capability-check: sep-2322-respect-client-capabilities',
        'input-required-result-multi-round: sep-2322-multi-round-r1',
        'input-required-result-multiple-input-requests: sep-2322-multiple-inputs-incomplete',
        'input-required-result-non-tool-request: sep-2322-non-tool-incomplete',
        'input-required-result-request-state: sep-2322-request-state-incomplete',
        'input-required-result-result-type: sep-2322-result-type-included',
        'input-required-result-tampered-state: sep-2322-reject-tampered-state',
        'json-schema-2020-12: json-schema-2020-12-tool-found',
        'prompts-get-embedded-resource: prompts-get-embedded-resource',
        'prompts-get-simple: prompts-get-simple',
        'prompts-get-with-args: prompts-get-with-args',
        'prompts-get-with-image: prompts-get-with-image',
        'prompts-list: prompts-list',
        'resources-read-binary: resources-read-binary',
        'resources-read-text: resources-read-text',
        'resources-templates-read: resources-templates-read',
        'server-stateless: sep-2575-server-rejects-undeclared-capability',
        'server-stateless: sep-2575-missing-capability-http-400',
        'server-stateless: sep-2575-http-server-no-independent-requests-on-stream',
        'server-stateless: sep-2575-server-no-log-without-loglevel',
        'tools-call-audio: tools-call-audio',
        'tools-call-embedded-resource: tools-call-embedded-resource',
        'tools-call-error: tools-call-error',
        'tools-call-image: tools-call-image',
        'tools-call-mixed-content: tools-call-mixed-content',
        'tools-call-simple-text: tools-call-simple-text',
        'tools-call-with-progress: tools-call-with-progress'
      ]
    },
    TASK_CHECKS
  ]
}

export const FIXTURES: Readonly<Record<Revision, readonly Expected[]>> = {
  '2025-11-25': [
    {
      reason: SESSIONS,
      checks: [
        'elicitation-sep1034-defaults: elicitation-sep1034-general',
        'elicitation-sep1330-enums: elicitation-sep1330-general',
        'tools-call-elicitation: tools-call-elicitation',
        'tools-call-sampling: scenario-timeout'
      ]
    }
  ],
  '2026-07-28': [TASK_CHECKS]
}
