/**
 * Words of public interfaces and tools that no dictionary has: parts of web, JavaScript and Node
 * API names, of formats, protocols, languages and products. At least four letters; shorter parts
 * disclose too little.
 */
export const PUBLIC_WORDS: readonly string[] = `
abbr abegede accel accentunder accessor acos acosh adblock addrgetnetworkparams addtrack africa
afterscriptexecute ajax algolia alibaba alink alloc allowlist alpinelinux america american amharic
amqp anim animatable ansi ansible anycast apac apis appid appium applescript appveyor april
archlinux argocd argparse args argv arial armenian arraybuffer arraylist arxiv ascii asciidoc asia
asin asinh astc async atan atanh atlassian atob attr attrib attributionsrc australia auth authn
auths authz autocapitalize autocomplete autoconf autocorrect autofill autolocate autoplay
autoscaler autoscaling autospace avif avro axios backend backends backoff backport backported
backreference badfamily badflags badhints badname badquery badresp badstr basename bazel
beforescriptexecute beforeunload bengali bezier bgcolor bgra bigint bigquery bigtable biquad
bitbucket bitcoin bitmaprenderer bitmask bitrate bitwise blockchain bluetooth boolean booleans
bopomofo boto british brotli btoa btrfs bugzilla buildkite builtin builtins byob bytecode bytecodes
bzip calc callbackify canadian canonicalize cassandra catalina cbrt cdata cerebras cgroup cgroups
changelog changelogs charoff charset charsets chatgpt chdir checkbox chmod chown christmas
chromebook chromecast chromeos cicd cipheriv classloader classpath clickhouse clojure clonable
cloudflare cloudformation cloudfront cloudwatch cmake cname cockroachdb codebase codebases codecov
codepoint codepoints codespace codespaces coffeescript colspan columnalign compositionend
compositionstart concat config configmap configmaps configs configurable conftest
connectionavailable connrefused const contentful contextlost contextrestored controlslist conv
convolver coords copyfile coredns coroutine coroutines cosmosdb couchbase couchdb cpus crdt crdts
credentialless cron cronjob cronjobs crossorigin csrf ctrl cuda cuechange currentcolor curveto
customizable cygwin cython daemonset darwin dasharray dashoffset databricks datadog dataframe
datalist dataset datasets datastore datastores datatracker datetime deallocate debian debuglog
december decipheriv dedup deepmind defs deno dependabot deprioritize depthcompare depthwriteenabled
deref desc deserialize deserialized deserializer deserializing destructuring desynchronized
devcontainer devicechange devops devtools dhcp diffie digitalocean dirent dirname dirs dirxml
disableremoteplayback django dlang dlopen dmesg dockerfile dockerhub docstring docstrings doctype
domstring doppler dotenv dotfile dotfiles doubleposition dpcm dppx draggable dropbox dropdown
dropdowns drupal dtls dtmf dweb dynamodb ecdh ecdsa ecma ecmascript elasticsearch electronjs elem
embedder emoji emojis encodings enctype endian enterpictureinpicture enum enums epoll epub equirect
equiv errno esbuild eslint etag etags etcd ethereum ethernet ethiopic europe european eval evenodd
eventloop excl exif expm extadd extensionless extmul extname failover fallthrough falsy fargate
fastapi fchmod fchown fdatasync february fencedframe fetchpriority ffmpeg ficlone fieldset fifo
figma filepath filesystem filesystems finnish fips firefox firestore fixme flexbox fluentd
focusgroup focusgroupstart fontcolor fontconfig fontsize foreach formaction formenctype formerr
formmethod formnovalidate formtarget fortran foveation frameborder framebuffer framerate france
freebsd friday frontend frontends fround fstab fstat fsync fsynced ftruncate fullscreen
fullscreenchange fullscreenerror fullstack func futimes gamepad gatsby gatt gdpr gemfile geoip
geojson geolocation geometrychange georgian germany getegid geteuid getgid getgroups
getmatchedrules getuid ghcr ghostscript github gitignore gitlab glibc globbing gmail goland golang
googleapis gopls goroutine goroutines gossipsub gpus gradle grafana graphql gregorian grep groq
gujarati gunicorn gunzip gutenberg gzip gzipped hackathon hadoop hanja haproxy hardcode hardcoded
hashable hashicorp hashmap hashmaps haskell hbase hdfs hdmi healthcheck hebrew hellman hermes
heroku hevc hindi hkdf hmac hostname hostnames hotfix hotfixes hotkey hotkeys hpack href hreflang
hrtime hspace hsts html htop http httpd https hubspot huggingface hugo hyperparameter
hyperthreading hypot iana iframe iframes iife imagemagick imageset imap immediates impl imul indian
inet init initgroups initializer initializers inline inode inodes instagram instanceof intellij
interestfor interop intl ints inuse ipad ipfs iphone ipns iptables ipython iroha irql isbn italian
italy iterable iterables iterator iterators itunes january japanese javac javadoc javascript jdbc
jekyll jenkins jetbrains jinja jira joomla journald jpeg jquery jsdoc json jsonl julia july june
junit jupyter jwts kafka kannada keepalive keras kerberos keychain keycloak keyframe keyframes
keygen keypress keystore kibana kitkat korean kotlin kubectl kubelet kubernetes kustomize kwargs
langchain langs languagechange laravel latin lchmod lchown ldap lenovo lerna leveldb libc libuv
lifecycle lifecycles linecap linejoin lineto linkedin listbox llms llvm loadend loadiphlpapi
loadstart localhost localstorage lockfile lockfiles lodash logfile logstash london longdesc
lookahead lookbehind loopback lspace lstat lstm lutimes macbook macos mailchimp mainnet makefile
malayalam malloc mapbox marginheight marginwidth mariadb mathml matlab matplotlib maxlength mbps
mdns mebibyte mebibytes memcached memoization memoize memoized menubar menulist mercator mesos
messageerror metaprogramming mexico microservice microservices microsoft microtask minecraft
minifier minio minlength minmax mipmap misconfigured miterlimit mixin mixins mkdir mkdtemp mojave
monday mongodb monorepo monorepos monospace monterey moveto mozilla mqtt msbuild msvc mtls multi
multiaddr multiaddrs multicol multihash multithreaded multiview mutex mutexes mysql nack nacl
namespace namespaced namespaces nano naptr navbar ndef ndjson netbsd netcat netflix netfx netlify
netscape newtab nginx nixos nodata nodejs nodemon nomem nomemory noname noopener noreferrer
norwegian nosql notfound notimp notinitialized nowrap npmrc nsurl ntfs ntlm nuget nullable nullish
numpy nums nuxt nvidia nvme oaep oauth objc ocaml october odbc ollama omnibox onboarding onmessage
onmessageerror onnx openai openapi openbsd opendir opengl openjdk openshift openssh openssl
openstack opentelemetry openvpn oreo orientationchange oriya ossl overconstrained overfitting
overline overridable overscroll pageload pagerduty param parameterf parameteri params paren parens
parseable passphrase passthrough passwordless pastebin paypal pbkdf pcap perf perl phabricator pids
pinterest pipenv pkcs pkey playout playstation plist plugin plugins pnpm podman pointcloud
pointerevent polyfill polyfilled polyfills polyline popovertarget popovertargetaction popup popups
portuguese posix postgis postgres postgresql powershell ppid preallocate precommit precompile
precompiled preconfigured preconnect preemptible pref prefetch prefetched prefork preinstalled
premultiplied prepended prepends prerender prev prisma proc prometheus promisify protobuf protobufs
protoc proxying publickey pubsub pulumi pytest pytorch qemu qualcomm quic quickjs quickstart
rabbitmq radiogroup ramda rbac rcap readablestream readdir readline readlink readonly readv
readystatechange realpath rebase rebased rebasing rect rects reddit redhat redis refactor
refactored refactoring refactors refcount referrerpolicy regex regexes regexp regexps
rejectionhandled relu removetrack renderbuffer reneg reparse repl replicaset resizable resync
retryable rfcomm rfcs ripgrep riscv rmdir rollup rowalign rowspan rpcs rspec rsync rtcdtmf rtcp
rtld rubocop rubygems ruleset rulesets runbook runbooks runscripts runtime runtimes russian rustc
rustls rustup salesforce saltlen samsung sandboxed sandboxing sasl saturday sched scikit scipy
screencast scrollbar scrollbars scrollend scrollsnapchange scrollsnapchanging scrypt scss sctp sdks
securitypolicyviolation seekable segmenter selectionchange selectstart selinux semver sendgrid
separatei september serde serializability serializable serializer serializers serverless servfail
setegid seteuid setgid setgroups setuid setuptools shadowsocks sharepoint shopify sigint sigkill
sigterm sigusr simd sinatra sitemap sizeof skype slackbot smtp snorm socketio solaris solr
sonarqube sonoma sony sourcemap sourcemaps spanish speculationrules spidermonkey spinlock spinlocks
splunk spotify sqlalchemy sqlite sqrt squashfs squircle srcdoc srclang srcset srgb sshd ssrc
standalone statechange statefulset statfs stderr stdin stdio stdlib stdout storei streamable
streamlit stringify struct structs styleset stylesheet stylesheets subarray subcommand subcommands
subdirectories subdirectory subdomain subdomains subexpression subfolder subgrid subminor submodule
submodules subpath subpaths subpixel subreddit subrequest subscriptshift substr substring
substrings subtree subtrees sudo sunday supabase superellipse superscriptshift superset supertype
supervisord svgfe swedish swiftui sybase symantec symfony symlink symlinks syscall syscalls sysctl
syslog systemctl systemd tabindex tablist tahoe tailscale tamil tarball tarballs tcpdump telugu
templating tensorflow teradata testcase testnet textarea textfield thai theora thursday tigrinya
tiktok timeseries timezone timezones titlebar tizen tmpfs tmux todo tokenization tokenize tokenized
tokenizer tokenizers tokenizing tokio toml toolchain toolchains tooltip tooltips toplevel toposort
toshiba traceback tracebacks traceroute transitionable transpile transpiled transpiler transpilers
transpiling treeview trello trunc tsconfig tuesday tumblr turkic turkish twilio typeahead typecheck
typechecker typechecking typedef typeerror typeof typeorm uids uint ukraine ukrainian ulid umask
uncached uncaptured uncommented unescape unescaped unhandledrejection unicase unicast unicode
unitless unix unmarshal unminified unobserve unorm unparseable unparsed unpause unpkg unref
unregister unscopables unscoped unserialize unsuspend untrusted untyped unversioned upsert upserts
upvote urandom uris urls usemap userinfo userland userspace util utils utimes uuid uuids uvicorn
vaadin valgrind validationstatuschange validators valign variadic vendored ventura venv vercel
verdaccio videoframe vietnamese viewport viewports vimeo vimrc virtualbox virtualenv virtualization
visibilitychange vitest vlan vlink vllm vmax vmin vmware vorbis vpns vscode vspace vulkan
walkthrough wasi wasm wayland webapp webapps webassembly webauthn webdriver webextension
webextensions webgl webgpu webhook webhooks webkit webkitdirectory webp webpack webrtc webserver
websocket websockets webstorm webusb webview webvr wechat wednesday wgsl whatsapp whatwg whitespace
wifi wikimedia wikipedia wireguard wireshark woff wordpress worklet writev xamarin xbox xcode xhtml
xlink xmlhttprequest xpath xslt xywh yaml yandex youtube zapier zendesk zeromq zigbee zlib
zstandard zstd
`
  .trim()
  .split(/\s+/)
