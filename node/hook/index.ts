/** `hive hook`: the program that clients start at events. It imports no library, since an agent waits. */
export { runHook } from './run-hook.ts'
