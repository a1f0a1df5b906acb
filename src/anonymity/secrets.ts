/**
 * Layer 1: secrets. Token formats as their issuers document them, then assignments, then what is
 * random enough to be a key.
 */
import { entropyOf, isOpaque, mixesClasses } from './entropy.ts'
import type { Rule } from './rule.ts'

/** Random base64 of 24 characters has about 4.2 bits a character; identifiers stay below 3.9. */
const MIN_KEY_ENTROPY = 3.9

function secret(name: string, pattern: RegExp, needs?: readonly string[]): Rule {
  return { name, kind: 'secret', pattern, needs }
}

export const SECRET_RULES: readonly Rule[] = [
  secret(
    'private-key',
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g,
    ['PRIVATE KEY']
  ),
  secret('aws-access-key', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, [
    'AKIA',
    'ASIA',
    'ABIA',
    'ACCA'
  ]),
  secret('github-token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})\b/g, [
    'gh',
    'github_pat_'
  ]),
  secret('gitlab-token', /\bgl(?:pat|ptt|rt|dt|cbt|ft|soat|agent|ffct|imt)-[\w-]{20,}/g, ['gl']),
  secret('slack-token', /\b(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{10,}/g, ['xox', 'xapp-']),
  secret('stripe-key', /\b(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}/g, [
    'k_live_',
    'k_test_',
    'whsec_'
  ]),
  secret('sk-key', /\bsk-[\w-]{20,}/g, ['sk-']),
  secret('google-key', /\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})/g, [
    'AIza',
    'ya29.',
    'GOCSPX-'
  ]),
  secret('npm-token', /\bnpm_[A-Za-z0-9]{36}\b/g, ['npm_']),
  secret('pypi-token', /\bpypi-[\w-]{50,}/g, ['pypi-']),
  secret('sendgrid-key', /\bSG\.[\w-]{16,32}\.[\w-]{32,64}/g, ['SG.']),
  secret('twilio-key', /\b(?:AC|SK)[0-9a-f]{32}\b/g),
  secret('hugging-face-token', /\bhf_[A-Za-z0-9]{30,}\b/g, ['hf_']),
  secret('digitalocean-token', /\bdo[opr]_v1_[a-f0-9]{64}\b/g, ['_v1_']),
  secret('shopify-token', /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g, ['shp']),
  secret('grafana-token', /\bgl(?:sa|c)_[\w=]{32,}/g, ['glsa_', 'glc_']),
  secret('vault-token', /\bhv[sbr]\.[\w-]{24,}/g, ['hvs.', 'hvb.', 'hvr.']),
  secret('age-key', /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g, ['AGE-SECRET-KEY']),
  secret('discord-token', /\b[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,38}/g),
  secret('telegram-token', /\b\d{8,10}:[\w-]{35}\b/g, [':']),
  secret('jwt', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, ['eyJ']),
  secret('slack-webhook', /\bhooks\.slack\.com\/[\w/-]{10,}/g, ['hooks.slack']),
  {
    ...secret('authorization', /\b(?:bearer|basic)\s+(?<hit>[\w+/=.~-]{12,})/gi),
    accept: isOpaque
  },
  secret('url-credentials', /:\/\/(?<hit>[^\s/@:<>]{0,256}:[^\s/@<>]{1,256})@/g, ['://']),
  {
    ...secret(
      'assignment',
      /(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[ _-]?key|access[ _-]?key|auth[ _-]?key|signing[ _-]?key|encryption[ _-]?key|private[ _-]?key|credentials?)["'`]?\s{0,3}(?::=|=>|[:=]|\bis\b|\bwas\b)\s{0,3}["'`]?(?<hit>[^\s"'`,;<>()[\]{}]{4,512})/gi
    ),
    accept: isOpaque
  },
  secret('long-hex', /\b[0-9a-fA-F]{32,512}\b/g),
  {
    ...secret('entropy', /(?<![\w+/=-])[A-Za-z0-9+/_=-]{24,4096}/g),
    accept: (token) => mixesClasses(token) && entropyOf(token) >= MIN_KEY_ENTROPY
  }
]
