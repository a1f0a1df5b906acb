/** `hive hook`: the program that clients start at events. It imports no library, since an agent waits. */
export { HOOK_DEADLINE, runHook } from './run-hook.ts'
