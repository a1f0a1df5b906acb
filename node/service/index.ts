/** A node as a service of systemd. */
export { installService, serviceState, uninstallService, unitPath } from './service-manager.ts'
export { SYSTEM_DATA_DIR, unitText } from './unit.ts'
export type { ServiceScope } from './unit.ts'
