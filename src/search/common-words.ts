/**
 * Words that say little about a subject, folded as the index folds them. A small store cannot show
 * which words are common. The English shares come from the training texts of
 * `bench/relevance/README.md`. The words of other languages are those of stopwords-iso (MIT) that
 * occur at least three times in the Universal Declaration of Human Rights.
 */

/** These count nothing. */
const ENGLISH = `
  a able about act actually after against all allow almost along also although always am an
  and another any anything appreciate are area areas around as at away b back be became
  because become been before began being best better between big bill both but by c call came
  can cannot cases cause certain changes come consider contain copy could couldn currently d
  de definitely did didn different directly do does doesn doing don done down due during e
  each early effect either else end especially et etc even ever every example f fact far felt
  few find first five fix followed following for former found four from further g gave general
  generally get gets give given go going good got h had half has have having he hello help her
  here hi high him his how however i if ii in inside instead int into io is isn it its itself
  join just k km know la large last later less let like likely line ll long look looks low
  lower m made make makes making man many may me mean means men might more most move much must
  my n name near necessary need needed never new next nine no non none nor not now o of off
  often ok okay old on once one only onto or order other others our out outside over own p
  part particular parts past per place please plus point possible present probably problem
  problems provided provides put q r re really related results right room s said same say says
  second see self sent several she should show side similar since six small so some something
  sometimes soon st still stop such sure t take taking tell ten text than thanks that the
  their them then there therefore these they things this those though thought three through
  throughout thus to together too took try tv two u under until up upon us use used uses using
  usually v various ve very via w want was way ways we well went were what when where whether
  which while who whole whose why will with within without won work working works world would
  x y year years yes yet you your zero
`

const OTHER_LANGUAGES = `
  aan ab aby aceasta aceste ach ad adalah af ag agus ai aj ajn akan akar ako al alatt ale
  alebo alguna ali alin alla alle allen als alte altra altres altri amb amely amelynek ancak
  anden andere andra andre ang anggota ani annan ano antara antarabangsa ao aon aos apa aquest
  aquesta aquests ar arba arbeid ari arra asemenea asi atas atat atau atque att au auf aut av
  avulla ay az azt ba bagi bahwa baik barmilyen bawat bei berada bere beste bez bezan bi bij
  bila bilang bilo bir biti blir blive blivit bol boleh bona brez bu butun byc byl byla bylo
  byly byt bản bất bằng bị ca cada ce cead cha che chini cho chun chính ci cikin cikk ciu
  clanek como con contra contro cu cualquier cui cum cách có cũng cơ cả của cứ da dago daha
  dalam dalla dan dapat darf dari daripada das dat dei del dell della delle dels dem den
  dengan denna denne der deras deres des dess dessa det deus deve deze dezhan dhan di die
  diese dieser diger din diouzh dira disse dit dito dla door dos dre drept du dun durch dute
  ebet ed edo een ei eika ein eine einer el eller elott els em en ena enhver enig enige entre
  eo er ere es essere est esta estado estas estat este estis estos estu eta etta eus evit ex
  ez fa faoi fara fata fi fie fiecare fin fost fra fran fur futhi fẹ́ ga gach gan gant gaout
  gbogbo geen gegen gelijk genom gi gli gore gur ha haben hae hag han hanelle hanen hanno hans
  har harus hat havas hay hebben heeft heidan hem hep herhangi herkes herkesin hervez het hic
  hicbir hindi hini hiyo ho hogy holl hom honetan honom hore hori hoặc hulle hun hvilken iba
  ich icin icke ieder iedere igual iguals ihren ikke il ilalim ile ili ilman ilyen im
  impotriva ina ingen ini innych inter inych inymi ir isa isang ist ita ito itu iz izan ja jak
  jako jakoz je jeder jego jeho jest jis jog joka jossa jotka jsou juu jẹ jẹ́ ka kad kai
  kaikki kaikkien kailangan kaip kaj kakor kale kama kan kanilang kanssa kanyang kanye kao
  karena katika kazdemu kazdy ke keadaan kell kendisine kepada ker ket không ki kiekvienas
  kila kimse kiu kiun ko koik koja koje koji kojima kot ktera ktere ktora ktore ktory ktorym
  kui kuma kumpulan kuris kuwa kwa kwamba kỳ l laban lahat lai lain lakhe lamang las le lebih
  lehet leis lena les li lia lige lik lika lle lokacin lor loro los lub lui luật là lại ma
  maging mai mais maja maji maju mana mar mas masa masing masyarakat maupun med mediante medzi
  melakukan melalui mellett mempunyai mendapat menschen menurut mereka mes mezi mga mida
  minden mindenki mint mis mit mmoja moo mora mot mozna mu muun một na naar nadie nagon nao ne
  nebo negara nel nelkul nella nem nemen neniu nepre nessun ng người nhân như nhận những ni
  nicht nie niemand niet nii niiden nimeni nin njega njegovo noen nogen nors nu nuo nào ober
  och od oder og ogni ohne olan olarak oleh olmak olsun olyan om oma onder oo ook op orang
  oraz orice os ou outros ouzh ovat pa pada paese pagal paggawa pais pamamagitan pamoja par
  para pat pe pedig pela pelo pentru perkara perlu phải pia pli po poate pode podle podra pola
  politik polo por pre pred pret pri prin proprio proti przed przez pu pun pẹ̀lú qua quae
  qualquer que quibus quod rakyat ratt recht rechte ret rett rispetto rẹ̀ sa sadan sai sajat
  sal sale sama samme sarili satu sau savo se sebagai sebarang secara seg seine seiner seja
  sejam seka seluruh sem semua sen sendiri senza seorang ser sera serta sesuatu setiap seu
  seus seva shi si sia sian sich sie sig sin sind sino sit sitt skal skall slik sob som sota
  sowie sposob sta stato su sua suas suatu suka sunt sus sve svoje svojich svoju sy szemben sự
  ta tai taip tak tako tam tama taman tanpa tanto tarafindan tarp tassa te tegen tejto telah
  teljes tem tenen tentang terhadap termasuk teto thành thể thực ti tiada tidak tiene tienen
  tik tikai til till tindakan tio tiu tiun toate toda todas todos tot tota totes toti toto
  tots trabajo trabalho tri trong tsa tse tu tudi tuto tutti tất tự ugent ukuba ukuze um uma
  umum un una und unha untuk ur ut utan uten uz va vaere vagy vai valamint valo van vara varje
  vastaan ved vel veya vezan vi vid vilka vilket vir vita việc vo von voor vor vrij vsakdo
  vsetci vsetky vsi vsichni về với wa waa wakati walang wani wannan wao wat wata watu waxa
  welke wengine werden worden wote wszyscy wszystkich wszystkie wurde wọn wọ́n ya yake yakhe
  yana yang yao yeye yi yoluyla z za zake zakhe zal ze zich zijn zo zonder zu zullen zum àwọn
  ý điều đó được đều định αναμεσα απο αυτη για δεν ειναι ενα εχει εχουν η θα καθε καθενασ και
  καμια κανεισ κατα με μεσα μια μονο μπορει να ο οι ολα ολεσ ολοι οποια που πρεπει προσ σε στα
  στη στην στον τα τη την τησ τισ το τον του τουσ των υπο χωρισ ωσ б без бути бъдат бъде бы
  было быть в во време время все всеки всеми всех всички від да для до должен должно други
  других е его еднаква ему живот з за и или има имат имеет их к каждый как какой както като
  когато което който которые към люди мира може может му на не него ни никой никто от по при
  під с са своих свою се си срещу та тази так така тези то това того только трябва це че
  человек чи чрез что чтобы що этих это як якої є інших їх її այդ այլ այն այս են եւ է իսկ իր
  կամ համար հետ մի նրա որ որը որոնք որպես ու վրա או אל אלה אשר את בין במידה בתוך דרך הוא יהיה
  כל לא לו על עם של احد از است التي الذي الي ان انجا او اور اي اين ايه با باشد باشند بايد بدون
  بر براي برخوردار بطور به بيست بين تا تلك تمام جميع حق خود دارد دارند در دفعہ دون دي ديگر ذلك
  را شده شود ضروري طريقے طور علي عن غير في فيه قد كامل كان كانت كرے كس كل كما كند كنند كه كويي
  كي كيے كہ كے لا له ليے ما مردم مع مقابل من مورد نمايد هاي هذا هذه هر همه همچنين هيچ و وان
  وضع وفي يا يك يكون يہ پر پورا چه گردد گي گيے گے ہر ہو ہويے ہوں ہي ہيں ہے अपने असे आणि आपल्या
  आली आहे आहेत इन इस इसके उनके उन्हें उस उसके उसे एक एवं ऐसे और कर करना करने करून का काम कि
  किया किसी की के केला केली को कोई गया जा जो तसेच ती तो त्या दिया द्वारा न नहीं पर भी में
  म्हणून यह या लिए व वह सभी सर्व से हा ही हुए है हैं हो होता होने অথবা আছে ই এ একটি এবং এমন ও
  করতে করবে করা করার করে কাজ কিংবা কোন ক্ষেত্রে জন্য তাঁদের তাঁর তার থাকবে থেকে দ্বারা না
  নিজের নিয়ে পারে প্রতি বা মধ্যে মাধ্যমে যাবে যে রয়েছে সঙ্গে সাধারণ সে হবে અથવા અને આ આવી એ
  એવી કે કેમ છે જ તે તેના તેની તેને તેવી તો થાય દરેક ન નહિ પણ પર માટે રીતે સામે હોય กัน การ
  ของ ควา จาก ซึ่ ด้ว ตาม ต่อ ต้อ ถึง ถูก ทั้ ทาง ที่ ทุก ทํา นกา นี้ ป็น ยู่ ย่า ระห รับ รือ
  ร่ว วาม ว่า สํา หรื หลั ห่ง อยู อย่ ั้ง ั้น ึ่ง ื่อ เป็ และ แห่ โดย ให้ ได้ ไม่ ่วม ่าง ้วย
  ้อง ําห ở ある いて いま おい かつ きる ける こと この これ して する その ため って つい でき とし ない なく なら なる にお につ によ に対 ので
  のみ の人 の他 また もの よう よっ より よる られ れら れる 一个 一切 不得 他们 以及 任何 其他 加以 及び 対し 対す 所有 无论 本人 这些 通过 鉴于 관계없이
  그 그리고 다른 대하여 따라 및 수 어느 어떠한 위하여 이 이러한 있다 제 통하여
`

/** In about 3 % and 0.8 % of texts. */
const FREQUENT = `
  additional bad bar based behavior block body built called care caroline case change check
  church city class code common community company considered control correct countries country
  court create created data day decision details development difference education elements
  error examples expression family field form fun function functions game global great group
  health held ignore important include including incorrect instance issues items james john
  keep known larger largest lead left level life local lot love main major maria match member
  members method methods modern multiple named network note number object option options
  original people power project public read reference region replaced require required result
  return role rule run school series service set single space special state statement states
  string style suggests support system time times true type types usage value values variable
  written yeah
`

const FAMILIAR = `
  abc accept acceptance accepted access according account achieved across action active acts
  actual add added adding addition address adds adventure affect again ago agreed air allowed
  allowing allows alone already alternative amount analysis animals answer anti apart appear
  application applied apply approach appropriate architecture arguments array art article arts
  assembly associated attempt author automatically available avoid base basic basis basketball
  battle beach becoming beginning behind believe below binary bind bit black blue board bodies
  book bowl box branch break bring brings build building byte calling capital capture cast
  catch caused causes cell center challenges changed changing character characters checking
  child children cities classes clear clearer close closed closure collect collection
  collections combination combined coming command commonly communities compared comparing
  compatible compiled complete completed complex complexity component components computer
  condition conditions conference confusion connection conservative consistent consists
  constant constructed construction contained containing contains content context continue
  contrast convention conversion convert core count course covered covers creating current
  custom cycle days deal declaration declared defined definition degree depending derived
  described design designed despite destroyed determine develop developers difficult direct
  directive display div division doc doctor domestic double earlier easier easy edge effects
  efficient effort electric element empty en enable enabled energy engine enough ensure enter
  entire entirely environment equal equality equivalent escape event events eventually
  everyone everything except exceptions exist existing exists expanded experience explicit
  exploring expressed extended extends extra failed fall families fantasy faster favor feature
  feel feeling fields fighting figure file final finding fire fixed flag focused follow food
  football forced forces forest forget forms forward foundation free friend full fully future
  gained games german getting gives giving goals greater green groups growth happened happy
  hard head hear helped helping helps hold holding home host house housing huge hundreds idea
  ideas image immediately impact implementations importance imported improve included includes
  increase increasing independent index indicate individual individuals industry inferred
  information inner input inspired instances integer integers intended intention interior
  internal international introduced involved issue italy job joined key keys kind knowledge
  labeled lack lake language leading learning least leaving length library light limited lines
  list little live living location longer looking lost machine managed map mark married master
  matter max maximum meaning meant meet memory message met middle military mind minor mode
  model module money months mostly mountains mounted moved moving music names natural nature
  nearby needs negative neighborhood neither networking newly news nice nothing numbers
  numerous objects occurred occurs ocean offer office older open opening operate operating
  operation operations operators opposite optional ordering organized otherwise outer owned
  painting paper park particularly party pass passed path pay peace performance perhaps person
  physical placed places plan play played playing points popular position positive possibly
  post potential potentially powerful practice presence prevent previous previously primary
  private pro process produce produced production professional program programming programs
  progress projects promise properties property provide providing purpose push quite raise
  range rather raw reaching reading real reason receive received recent recently red reduce
  reduced referred refers regular relative remember remove removing render report reported
  reports represented requirements requires research reserved resources respective response
  rest resulting returned rights river road rocks rows rules running safe safety schools
  science scope season section seeing sense separate served services share short shorter
  showed shown shows signed significant significantly similarly simple simpler simply site
  sitting situations size sky slightly smaller snow someone song source spaces specific
  specifically specified specify sports spot spread square stage standard standing start
  started starting starts statements static stay step stone store stories story strength
  stress strict strings strong structure students studies study stuff styles subject
  subsequently successful suggest sum summer super supported surrounded sync systems table
  taken takes target team terms test thing think thinking throw title today top total towards
  travel tried trip trying turn typical typically uk underlying understand understanding
  unexpected union unit unknown update updated useful user valid variant version versions vice
  video view views virtual wait wanted water web week whereas white widely wife win woman
  women word words write writing wrote young younger
`

/** The share of texts that have a word, before any text of the store is known. */
export const PRIOR_SHARES: ReadonlyMap<string, number> = new Map([
  ...sharesOf(FAMILIAR, 0.008),
  ...sharesOf(FREQUENT, 0.03),
  ...sharesOf(OTHER_LANGUAGES, 1),
  ...sharesOf(ENGLISH, 1)
])

/** The share of any other word, and of one with at most four letters: syllables and abbreviations. */
export const RARE_SHARE = 0.001
export const SHORT_SHARE = 0.004
export const SHORT_WORD = 4

function sharesOf(words: string, share: number): [string, number][] {
  return words
    .trim()
    .split(/\s+/)
    .map((word) => [word, share])
}
