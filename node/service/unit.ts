/** The unit of systemd that runs a node, with as few rights as the node needs. */
import { NODE_FLAGS } from '../node-flags.ts'

export type ServiceScope = 'system' | 'user'

export interface UnitInit {
  readonly scope: ServiceScope
  /** Absolute paths of Node.js and of the script of hive. */
  readonly node: string
  readonly script: string
  /** Of a user's service; that of a system has a directory of its own. */
  readonly dataDir?: string
  /** A key file of a system service: root reads it, and the node gets a copy of its own. */
  readonly swarmKey?: string
}

export const UNIT_NAME = 'hive.service'

/** Where the node of a system service stores what it knows. */
export const SYSTEM_DATA_DIR = '/var/lib/noormme-hive'

/** Seconds: a node stops within two. */
const STOP_TIMEOUT = 10

/**
 * What a node never does: change the machine, get new rights, see other processes or devices. Not in
 * the list: MemoryDenyWriteExecute, since V8 compiles to memory, and IPAddressDeny, since peers are
 * anywhere. Those of the second list need rights that a user's manager does not have.
 */
const HARDENING = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictNamespaces=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
  'UMask=0077'
]

const SYSTEM_HARDENING = [
  'DynamicUser=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'PrivateDevices=yes',
  'PrivateTmp=yes',
  'PrivateUsers=yes',
  'RemoveIPC=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'DevicePolicy=closed'
]

export function unitText(init: UnitInit): string {
  const { scope, node, script } = init
  const start = [node, ...NODE_FLAGS, script, 'start', '--log-format', 'text'].map(quoted).join(' ')
  const isSystem = scope === 'system'
  const lines = [
    '[Unit]',
    'Description=A node of noormme-hive',
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${start}`,
    ...(isSystem ? systemPlaces(init) : userPlaces(init)),
    'Restart=on-failure',
    'RestartSec=5',
    `TimeoutStopSec=${STOP_TIMEOUT}`,
    'LimitNOFILE=65536',
    'TasksMax=128',
    ...HARDENING,
    ...(isSystem ? SYSTEM_HARDENING : []),
    '',
    '[Install]',
    `WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`
  ]
  return `${lines.join('\n')}\n`
}

/** The configuration is /etc/hive/hive.toml. */
function systemPlaces({ swarmKey }: UnitInit): string[] {
  return [
    'StateDirectory=noormme-hive',
    'StateDirectoryMode=0700',
    'RuntimeDirectory=noormme-hive',
    'RuntimeDirectoryMode=0700',
    `Environment=HIVE_DATA_DIR=${SYSTEM_DATA_DIR}`,
    'Environment=XDG_CONFIG_HOME=/etc XDG_RUNTIME_DIR=/run/noormme-hive',
    `WorkingDirectory=${SYSTEM_DATA_DIR}`,
    ...(swarmKey === undefined
      ? []
      : [`LoadCredential=swarm.key:${swarmKey}`, 'Environment=HIVE_SWARM_KEY=%d/swarm.key'])
  ]
}

function userPlaces({ dataDir }: UnitInit): string[] {
  return dataDir === undefined ? [] : [`Environment=${quoted(`HIVE_DATA_DIR=${dataDir}`)}`]
}

/** As systemd.service(5) reads words: `%` and `$` have a meaning of their own. */
function quoted(word: string): string {
  const text = word.replaceAll('%', '%%').replaceAll('$', () => '$$')
  return /[\s"'\\;]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text
}
