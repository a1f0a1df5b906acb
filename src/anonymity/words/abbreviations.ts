/** Abbreviations of two and three letters in names of functions, types and files. */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  `
abi abs at by ci go in of on to cd zsh my rg acl alg api app arg asm ast bin bit bsd btn buf cap cb cfg cgi chr cli cmd cmp cnt col cpu csr
css csv ctl ctr ctx cur cwd db dbg def del dep dev dir dll dns doc ds dup elf enc end env eof err etc evt ex
exe exp ext fd fds fmt fn fs ftp gc gen get gid git gnu gpu grp gui hdr hex hsh id ids idx img inf 
inc io ip ipc iso js key lib lru lst ltr map max md mem min mk mod msg mtu mux net no npm num obj ok op
opt org os out pb pc pdf pem pf pgp pid pip pkg png ptr pty pub pwd py ram raw rb rc rec ref reg rel rem req
res ret rev rfc rpc rst rtl rtt run rw rx set sh sha sig sk sm sni sql src ssh ssl st std str sub svc
svg svn swp sym syn sys tar tbl tcp tls tmp ts tty txn txt tx udp ui uid uri url usb usr utc utf val var vec
vm vol wal win xml zip zst
len nr ns ls nb up itr arr evt pwd mtx amq csi cri cni
`
    .trim()
    .split(/\s+/)
)

export function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word)
}
