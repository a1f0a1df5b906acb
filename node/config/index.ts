/** The configuration of commands: files, variables, and what each place may set. */
export { ConfigError, findConfigFiles, readConfigFile, userConfigDir } from './config-files.ts'
export { loadConfiguration, readConfiguration } from './configuration.ts'
export { misspeltVariables } from './environment.ts'
export { masked } from './secrets.ts'
export { storedHere } from './stored-here.ts'
export { isSettingKey, SETTING_KEYS, SETTINGS, settingSpec, variableOf } from './settings.ts'
export type { Configuration, Origin, ReadConfiguration, Setting } from './configuration.ts'
export type { SettingKey, SettingKind, SettingValue } from './settings.ts'
