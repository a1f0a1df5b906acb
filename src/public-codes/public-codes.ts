/**
 * Codes that everybody may know: of errors, signals, diagnostics, advisories and standards. They
 * name no person, customer or order. A family states how many digits its codes have, since `ORA-942`
 * may be a ticket, and `ORA-00942` is none.
 */

/** Of POSIX, libuv, npm and c-ares. */
export const ERRNO_NAMES: readonly string[] =
  'EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EAUDITNOLOCK EBADENGINE EBADF EBADMSG EBADPLATFORM EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EFTYPE EHOSTDOWN EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTEGRITY EINTR EINVAL EINVALIDTAGNAME EINVALIDPACKAGENAME EIO EISCONN EISDIR EISGIT EJSONPARSE ELIFECYCLE ELOOP EMFILE EMISSINGARG EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENEEDAUTH ENETDOWN ENETRESET ENETUNREACH ENFILE ENOAUDIT ENOBUFS ENODATA ENODEV ENOENT ENOEXEC ENOGIT ENOLCK ENOLINK ENOLOCAL ENOLOCK ENOMEM ENOMSG ENONET ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS ENOTBLK ENOTCACHED ENOTCONN ENOTDIR ENOTEMPTY ENOTFOUND ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENOVERSIONS ENOWORKSPACES ENXIO EOPNOTSUPP EOTP EOVERFLOW EOWNERDEAD EPEERINVALID EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT EPROTOTYPE EPUBLISHCONFLICT ERANGE EREMOTE ERESOLVE EROFS ESHUTDOWN ESOCKETTIMEDOUT ESPIPE ESRCH ESTALE ETARGET ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUNSUPPORTEDPROTOCOL EUNSUPPORTEDPROXY EUSAGE EUSERS EWORKSPACESLOCKED EWOULDBLOCK EXDEV'.split(
    ' '
  )

/** Other codes in capitals: of DNS, Redis, gRPC and HTTP servers. */
const CAPITALS: ReadonlySet<string> = new Set([
  ...ERRNO_NAMES,
  ...'NXDOMAIN SERVFAIL FORMERR NOTIMP YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE BADVERS BADSIG BADKEY BADTIME'.split(
    ' '
  ),
  ...'WRONGTYPE WRONGPASS NOAUTH NOPERM NOSCRIPT NOPROTO NOREPLICAS NOGOODSLAVE NOTBUSY UNKILLABLE MASTERDOWN MISCONF CROSSSLOT CLUSTERDOWN TRYAGAIN BUSYGROUP BUSYKEY NOGROUP EXECABORT INPROG UNBLOCKED'.split(
    ' '
  ),
  ...'UNAUTHENTICATED UNIMPLEMENTED UNAVAILABLE'.split(' ')
])

const SIGNAL =
  /^SIG(?:ABRT|ALRM|BUS|CHLD|CLD|CONT|EMT|FPE|HUP|ILL|INFO|INT|IO|IOT|KILL|LOST|PIPE|POLL|PROF|PWR|QUIT|RT|SEGV|STKFLT|STOP|SYS|TERM|THR|TRAP|TSTP|TTIN|TTOU|UNUSED|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|BREAK)$/

/** Letters of a family, and the digits of its codes: a number, or at least and at most. */
type Families = ReadonlyMap<string, readonly [least: number, most: number]>

/** Written with a dash. */
const DASHED: Families = families({
  // Oracle's products number with five digits; its drivers and tools with four.
  ...sized(
    5,
    'ORA PLS TNS RMAN IMP EXP UDE UDI KUP LRM NZE DRG LPX OCI INS OUI PRCR PRCD PRCT PRKC PRKO PRKP PRVF PRVG PRVH PRIF DGM QSM OGG AMDU PCC PCB PRO ODP BEA JBO WWC FRM REP IAS EXA DIM VID NNL NNO NNF NNC NMP NCR DBV XOQ'
  ),
  CRS: [4, 5],
  CLSN: [5, 5],
  OSD: [5, 5],
  SP2: [4, 4],
  DPY: [4, 4],
  DPI: [4, 4],
  NJS: [3, 3],
  ASMCMD: [4, 5],
  ACFS: [4, 5],
  // MySQL's log, JBoss Weld, Liquibase and Vertica.
  MY: [6, 6],
  WELD: [6, 6],
  SQLCODE: [3, 5],
  // Rules of scanners, by catalogue.
  // Apple's checks of submitted apps.
  ITMS: [4, 5],
  CWE: [1, 5],
  CAPEC: [1, 4]
})

/** Written without a dash; shorter letters disclose nothing and need no list. */
const JOINED: Families = families({
  ...sized(3, 'PGRST PERF FURB ASYNC TRIO FAST'),
  NETSDK: [4, 4],
  SYSLIB: [4, 4],
  ASPDEPR: [3, 3],
  ASPNETCORE: [3, 3],
  XLIN: [4, 4],
  AADSTS: [5, 7],
  AADB2C: [5, 6],
  // Red Hat's middleware.
  ...sized(
    4,
    'WFLYCTL WFLYSRV WFLYDC WFLYDR WFLYEJB WFLYEE WFLYHC WFLYIO WFLYJCA WFLYJPA WFLYLOG WFLYMSG WFLYNAM WFLYPRT WFLYRS WFLYSEC WFLYTX WFLYUT WFLYWELD WFLYCLINF WFLYCLJG JBWEB MODCLUSTER'
  ),
  ...sized(6, 'ISPN ARJUNA ARJUN JBAS RESTEASY JBREM JBTHR XNIO ELY WFCMTOOL'),
  // IBM: letters of the component, a number, and a letter for the severity.
  ...sized(
    4,
    'CWWK CWWKE CWWKF CWWKG CWWKO CWWKS CWWKT CWWKZ CWPKI CWWJP CNTR SRVE SECJ TCPC WSVR WTRN DSRA CHFW HMGR ADMA ADMU CWLIB WLTC DFHAC DFHSM DFHPI DFHSI DFHAP DFHFC DFHZC CSQX CSQY CSQJ SQLN'
  ),
  DSNT: [3, 3],
  DSNL: [3, 3],
  HASP: [3, 3]
})

/** Vulnerabilities and patches, by publisher and year or number. */
const ADVISORY =
  /^(?:(?:CVE|CNNVD|CNVD|EUVD|GO|GHSL|GSD|MAL|OSV|PYSEC|RUSTSEC|TALOS|HSEC|RSEC|BIT|ALAS|ALAS2|DRUPAL-SA-CORE|SA-CORE|MFSA|WNPA-SEC)-(?:19|20)\d\d-\d{1,6}|GHSA(?:-[2-9cfghjmpqrvwx]{4}){3}|(?:USN|DSA|DLA)-\d{3,5}-\d|(?:RH|EL|AL|RL|CE|SUSE-)[SBE]A-(?:19|20)\d\d:\d{3,6}|SNYK-[A-Z]{2,12}-[A-Z\d]{2,40}-\d{4,10}|XSA-\d{1,4}|ZDI-\d\d-\d{3,5}|MS\d\d-\d{3}|AVD-(?:AWS|GCP|AZU|KSV|DS|DIG|GIT|OPNSTK)-\d{4}|CKV2?_[A-Z]{2,10}_\d{1,3}|(?:RFC|PEP|ISO|JSR|JEP|BCP|STD|FIPS|IEEE|ECMA)-[\dA-Z-]{1,12})$/

const DASHED_CODE = /^([A-Z][A-Z0-9]{1,9})-(\d{1,7})$/
/** A letter after the number is the severity. */
const JOINED_CODE = /^([A-Z](?:[A-Z]|2(?=C)){2,11})(\d{2,7})[A-Z]?$/
const MAX_CODE = 64

/** Whether the whole token is a public code. */
export function isPublicCode(token: string): boolean {
  if (token.length > MAX_CODE) return false
  if (CAPITALS.has(token) || SIGNAL.test(token) || ADVISORY.test(token)) return true
  return isOf(DASHED, DASHED_CODE.exec(token)) || isOf(JOINED, JOINED_CODE.exec(token))
}

function isOf(known: Families, match: RegExpExecArray | null): boolean {
  const [, letters = '', digits = ''] = match ?? []
  const [least, most] = known.get(letters) ?? [1, 0]
  return digits.length >= least && digits.length <= most
}

function families(table: Readonly<Record<string, readonly [number, number]>>): Families {
  return new Map(Object.entries(table))
}

function sized(digits: number, letters: string): Record<string, readonly [number, number]> {
  return Object.fromEntries(letters.split(' ').map((each) => [each, [digits, digits] as const]))
}
