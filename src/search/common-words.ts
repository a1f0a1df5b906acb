/**
 * Words that say little about a subject, folded as the index folds them. A small store cannot show
 * which words are common. The English shares come from the training texts of
 * `bench/relevance/README.md`. The words of other languages are those of stopwords-iso (MIT) that
 * occur in the Universal Declaration of Human Rights.
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
  aan ab abbol aby ac aceasta aceea aceeasi acest aceste acestui ach ad adalah adarre ademas
  af afin ag agar agus ahhoz ahora ai aiba aikaan aikana ainakin ainda ainsi ait aj ajn ak
  akan akar aki ako al alapjan alatt alcuna ale alebo alem alguna ali alin alkoon alla alle
  alleen allein allen aller als alta altal alte altii altra altre altres altri altro amb ambos
  amely amelyet amelynek amig amikor anak ancak anden ander andere anderen andet andra andras
  andre ang anggota ani annak annan annettu ano antaa antara antarabangsa antau ante ao aon
  aos apa apres aquest aquesta aquests ar ara arabera arba arbeid ari arra asal asas asemenea
  asi assim asti asupra atas atat atau ataupun ate atminstone atque atraves att attraverso au
  auch aucune auf auront aut autre autres aux av avea avec avendo awal awam ay ayaa ayant az
  azoknak azt ba baada bade bagi bahagian bahwa baik baiknya bajo bare barmilyen basi bat
  batek bati battre bawah bawat beda begge bei belul bem benar bent bera berada bere berlainan
  bersama beslutat beste betreffende bez bezala bezan bi biasa bidang bien bij bil bila bilang
  bili bilo binnen bio bir birlikte biti bizzat bland ble blev bli blir blitt blive blivit bo
  bodo bol bola boleh bolo bona bouez boyle brez bu bud budou budu bukan bundan bunlarin bunun
  butun byc byl byla bylo byly byt bản bất bắt bằng bị bỏ bộ bức ca cada cand cao cara carei
  caso catre ce cea cead ceea cel celle celles celor ces cet cette cha chacun che chini cho
  chun chung chí chính chỉ ci cikin cikk ciu ciujn clanek co coa coi comme como compris con
  conform contra contre contro cos csak cu cualquier cuanto cuenta cui cum cuộc czy cách có
  cùng cũng cơ cả cần của cứ cực da daar daarin dagangan dago daha dahil daima dal dalam dale
  dalla damit dan dans daou dapat dar darf dari daripada das dass dat davanti debe deben degli
  dei del dell della delle dello dels dem den dengan denna denne dentro deoarece depan der
  deras deres des despre dess dessa desses desta destes det detta dette deus devant deve devem
  deze dezhan dezhi dezho dhan di dia diadakan diberikan dicho die diese diesen dieser dieses
  digantan diger dilakukan din dindan dins dintr diouzh diperlukan dira dirak diri disse dit
  dito ditu diwezhan dla doare doen doit doivent dokler dont doon door dos dre drept drug
  drugo dti du dum dun dunia dupa durant durante durch dute dưới ea ebenso ebet ed edecek eder
  ederek edessa edo een eer eerste efter egale egin egli egy egyeb egyedul egyes egyetlen ei
  eigen eigenen eika ein einander eine einem einen einer eines eivat eizh ej el ela ele elk
  elke ella elle ellen elleni eller elles elo elol elott els em eman en ena enep enhver enig
  enige enligt enn ennan entre envers eo er era ere eren erre es esetben esse essere essi est
  esta estado estados estan estar estara estas estat este estes estis estos estu eta etait
  etat ete etiam etre etta etter etwa eus eux evel evit ex ez ezeket ezzel fa fait faoi faoin
  faoina fara fata fazer feiz fel fer fi fie fiecare fim fin fins foi folk fora fost fra fran
  fuera fueron fur futhi fẹ́ ga gaan gach gagawin gainera gan gant ganti ganto gaout gayri
  gbogbo geen gegen gehabt gelijk gemacht generale genoeg genom geral gerek gi gibi ginawa gis
  giờ giữa gleich gli god gore gumawa guna gur ha haben habida habra habran hae haec hag hal
  ham han haneen hanelle hanen hanet hanggang hango hanno hans hanta hanya haon har harus hat
  hata hau havas hay hayan hebben heeft heidan heilla heille hel heller hem hendaknya hep
  herhangi herkes herkesin hervez het hevelep hic hicbir hij hindi hini hivyo hiyo ho hoc
  hogre hogy holl hom honetan honom hore hori horiek horrek horri hoặc hulle hun huo hva hver
  hvilken hvis hvor hwec hy hơn ia iad iar iba ich icin icke idir ieder iedere iemand iets
  igen igual iguals ihm ihn ihre ihren ihrer ikke il ilalim ile ili ilia ilian ilk ilman ils
  ilyen im impotriva ina incluso ineho inemu infor inga ingen ini inn inny innych inoltre inom
  inter intet intr intre inuu inych inymi ir isa isang isku ist ita itibariyle itin ito itse
  itt itu iu ivez iyi iyon iz izan ja jak jakmile jako jakoz jalkeen jde je jede jeder jedes
  jedno jedynie jego jeho jeigu jej jejich jemu jen jest jez ji jimi jiray jis jo jog johon
  joiden joissa joka jokainen jokia joko jonka jossa jota jotka jotta jsou ju juga jusqu juu
  jẹ jẹ́ ka kad kada kahle kai kaikille kaikkea kaikki kaikkialla kaikkien kailangan kaip kaj
  kakhulu kako kakor kale kama kamer kan kanilang kann kanssa kanya kanyang kanye kao karena
  kas katika kautta kaysa kazdemu kazdy kdo kdy kdyz ke keadaan ked kedua kein keine kell
  kembali kement kendi kendisi kendisine kentan kenver kenyataan kepada kepadanya kepentingan
  kepest ker kerajaan kerana kere kerjasama keselamatan kesken ket ketika khi khona không ki
  kiekvienas kila kimse kita kitokia kiu kiujn kiun kivul klut ko koik koja koje koji kojima
  koju kokia kol kom koska kot kozott krachtens ktera ktere ktery kto ktora ktore ktorego
  ktory ktorym ku kui kuin kukaan kukin kuma kumpulan kun kung kunna kunnat kunne kunnen kur
  kuri kuris kutoka kuwa kwa kwamba kwenda kwenye kể kỳ l laban lagi lahat lahko lai lain
  lakhe lamang langkah lapho las lavarout le lebih lec lehet leis lena les lesz leur leurs lhe
  li lia lian lige lik lika lin lle lo lokacin lor loro los loại luar lub lui luogo luận luật
  là lại lập lọ lực ma maar mag maga maging magukat mahu mai mais maja maji maju maka mal mana
  mann mar mare markii mas masa masing masok masyarakat mata mate maupun mayor med mediante
  medio medzi meg meio melakukan melalui mellan mellett mellom memberikan meme memes memihak
  mempunyai mencapai mendapat menerima mengambil mengingat menjadi menos mensch menschen
  menurut menyatakan mereka merupakan mes mesma mesmo mezi mga miatt mida midagi miedzy
  mientras mika minden mindenki minka mint mis missa mit mita mitaan mittel mmoja mo mogen
  mohou moja mojlig momento mon mondo moo mora morajo mot moze mozna mozu mu muda muiden
  mukaan mula musi muss muun muut muuta muze myos myoskaan mà mẹ mỗi một na naar nach nad
  nadie nag nagon nagot nagyobb naiden nais naita naj najma nam nao nar nav ndani ne nebo
  nebyly nec nech necht negara negeri nei nej nejakeho nek neka nekdo neke nel nelkul nell
  nella nello nem nemen nemet nemu nenhuma neni nenio neniu nepre neque nerede nessun nessuna
  nevoie nez ng ngayon người nhau nhân như nhất nhận những ni nic nicht nici nie niego
  niektoreho niemand niemandem niemu niet nii niiden niihin niin nim nimeni nimi nin nisu nito
  nivel niya niz nje njega njegova njegovo njej njemu njih njihovo njuno noch nodvandiga
  nodvandigt noe noen nogen noget nola nomes nors nos notamment nou nouveau novo nu nul numai
  nun nunha nuo nur ny nào nơi nếu oa oant ob ober obrigado och od oder og ogni ohne olan
  olarak oldugu ole oleh olevan oli olisi olleet olmak olsun olursa olyan om oma ona oncelikle
  onder oni ono ont oo ook op opnieuw orang oraz ordnung orice os otra otro otros ou outra
  outras outros ouzh ouzhpenn ova ovat overal pa pada paese pagal paggawa pais pamamagitan
  pamoja pana panahon par para paraan parler parmi parte partir pas pat pe pedig pel pela
  pelas pelo pelos pemp pendidikan penting pentru perante peringkat perkara perkhidmatan perlu
  personne perusteella pessoas peut phương phải pia pie pieno pihak pilihan piu plein plej pli
  po poate podczas pode podem poder podla podle podra pokud pola politik polni polno polo
  ponovno por possivel pot pour povo povsod powinni prav prava pre pred premier pret pri prie
  prin propi propio proprio proprios proti przed przez przy pula pun puo putin pẹ̀lú qu qua
  quae qual quale qualquer quam quant quanto que quelconque quelli quem quer questa queste
  questi qui quibus quo quod quy ra rakyat raok rasa ratt razie rebus recht rechte rechten
  rechtes res respecto reszere ret rett rispetto rowniez rẹ̀ sa saan saat sadan sadana sadece
  sai saja sajat sal sale sama samaa samaan samma samme samo sampai sana sangat sans sao sara
  saranno sarili satu sau sav savaja savo se sean sebagai sebarang sebe sebuah secara secondo
  sed seda seg segala segi segun segundo seharusnya sehingga sein seine seinen seiner seines
  seizh seja sejam seka sekali selbst selle seluruh selv sem semacam semmi semua semula sen
  sendiri senki senza seorang seperti ser sera seront serta ses seseorang sesuatu setiap seu
  seule seurt seus seva sexa shi si sia sian siano sich sie sien sig siihen siis siita sila
  silla sin sina sind sine sinh sino sisalla sista sit sitt siya sjalv skal skall slechts slik
  sna sob soient soit solche sollen solo soltanto som sono sonst sont soo sota sotto sous
  sowie spolu sposob spre sta stad starp stata stati stato steht stessi sto storre stumm su
  sua suas suatu suka sulla sumber sunt suo suoi supaya sur sus sve svi svoj svoje svojho
  svojich svoju svych sy szamara szemben szerint sẽ sở sự ta tabii tad tage tahan tahansa tai
  taip tak taka takej tako taku taky takze tal tale talvoudegezh tam tama taman tambe tambien
  tamen tamm tampoc tampoco tanpa tant tanto tapat tapauksessa tarafindan tarp tassa tata tato
  taysin te tega tegen tej tejto tek telah teljes telle telles tem tempat tempoh tena tendra
  tendran tenen tentang ter terakhir terbuka terhadap termasuk tersebut teto tez theo thiết
  thành thế thể thực ti tiada tid tidak tiek tiempo tiene tienen tijdens tik tikai tikt til
  tilbake till tindakan tine tio tiste tiu tiun tiện toate toda todas todos toe toho tohoto
  tohto tokia tol tom tot tota totdat totes toti toto tots touez tous tout toute toutes tra
  trabaja trabajo trabalho trata treba tri trong trên trước tsa tse tu tud tudi tulee tungkol
  turut tussen tuto tutte tutti tuturor tych tymto tâm tình tất tỏ tới từ tự uga ugent ugu
  uguali ugy uhelan uit ukuba ukuthi ukuze ul ulkopuolella ultim um uma umum un una unan und
  une unei unele unha unor unos uns unter untuk unu unui uomo ur urzh ut utan uten uu uz uzere
  va vad vaere vagy vai vain valamint valeur valo valor van vannak vara varje varten
  vasitasiyla vastaan ved vedno vefe vel verder verso veya vez vezan vi vid vidare vien vienas
  vile vilka vilken vilket vint vir vis vita việc vo voi voisi voivat volgens volt von voor
  vor vreo vreun vrij vsaj vsak vsakdo vse vsetci vsetko vsetky vsi vsichni vuoksi vì vô vậy
  về vị với wa waa waar wakati wakhe walang wani wannan wao wat wata watu waxa wedlug wegen
  wegens weiteren wel welk welke wengine werd werden wie wil wilayah wird worden wordt wote
  wsrod wszyscy wszystkich wszystkie wurde wọn wọ́n xuất ya yake yakhe yana yang yao yerine
  yeye yhdessa yi yksin yoluyla z za zaidi zake zakhe zal ze zein zeit zelf zich zichzelf zij
  zijn zijne zo zoals zonder zonke zu zullen zum zunaj zur zwischen àwọn ý điều đáng đó được
  đại đến đều để địa định độ ακομα αλλα αλλεσ αλλη αλλον αλλουσ αλλων αμεσα αν αναμεσα
  απεναντι απο αυτα αυτεσ αυτη αυτην αυτο αυτον αυτου αυτων για δεν ειναι ειτε εκεινη ενα ενοσ
  επισησ ετσι εχει εχουν η θα καθε καθενασ καθωσ και καμια κανεισ κανενα κατα μαζι με μεσα
  μεταξυ μην μια μιασ μονο μονοσ μπορει μπορουν να ο οι ολα ολεσ ολη ολο ολοι ολουσ οποια
  οποιασ οποιεσ οποιο οπου οπωσ οσο οτι ουτε παλι παρα περα πιο που πρεπει προκειται προσ πωσ
  σε στα στη στην στισ στο στον στουσ τα τετοια τη την τησ τισ το τον τοσο του τουλαχιστον
  τουσ των υπο χωρισ ωσ ωσοτου ωστε а ако б бе без били било более будет будут була було бути
  бъдат бъде бы был было быть в вне во вона вони време время все всеки всем всеми всех всички
  всяка всіх във върху від где да дали де дело для до добро должен должно друг други других е
  его един еднаква едно ему же живот жизнь з за завжди и или им има имат имеет иметь их й к
  каждый как какой както като когато когда което които който которой которые который которых
  която кроме където към ли люди между мира могат могут може может момента му на най не него
  нея ни никой никто нито ничто нищо няма он они освен от перед по под поза пока поне пор пред
  при против під равен с са само самого свое своего своей своих свою се себе си случай со сред
  срещу със също та тази так така также такива такий також такой те тези тем тех то това того
  този той только том трябва хоча це че человек через чи чрез что чтобы ще що эта этим этих
  это этого як який якої є інших їх її այդ այլ այն այս են եւ է էր իսկ իր կամ համար հետ մեջ մի
  նաեւ նրա նրանք որ որը որոնք որպես ու վրա או אחר אחרות אחרים אחרת אי אין אל אלה אם אשר את אתם
  בגלל בין במידה בתוך דרך הוא היא הם ואת זאת זה יהיה יש כולם כי כל לא להיות לו לפיכך לפני מן
  נגד עד על עליהם עם עצמי רק של שלו ا احد اخري اذا از اساسا است استفاده اش اعلام اكثر الا
  الاول الاولي التي الذاتي الذي الي ام امام امد امور ان انان انجا انجام اند انه انها او اور
  اول اي ايد ايك اين اينما ايه ايے با باز باشد باشند بايد بخشي بدون بر برابر براي برخوردار
  بسبب بطور بما به بها بوده بي بيست بين تا تحت تر تلك تمام تو جا جريان جميع حاضر حتي حسب حق
  خواهد خود داد دارد دارند داشته دايما در درباره دفعہ دهد دهم دوم دون دي ديگر ديگران ديگري دے
  ذلك را راه ركھتے ركھے رہي سوم شد شده شود شوند صورت ضد ضروري طرف طريق طريقے طور عامه عدم
  علاقہ علاقے علي عليه عليها عما عمل عن عند غير فان فرد في فيه فيها قد كامل كان كانت كذلك كرتي
  كرتے كرد كرده كريں كرے كس كل كما كند كنند كه كويي كي كيے كہ كے لا لكيلا لما له لي ليس ليے ما
  مثل مجددا مردم مع مقابل من مورد ميان نبايد نحو نخواهد نفس نمايد نمي نوع نيز هاي هذا هذه هر
  هستند هم همه همچنين هناك هو هي هيچ و واقعي وان وضع وفي وقتيكه وقد وكان ولا يا يابد يك يكون
  يہ پر پورا پيدا چلا چنين چه گردد گرفته گروہوں گي گيرد گيي گيے گے ہر ہو ہوتے ہويي ہويے ہوں ہي
  ہيں ہے अधिक अपना अपनी अपने अशी असलेल्या असा असे आणि आता आदि आपल्या आला आली आले आहे आहेत इन
  इस इसका इसके उन उनका उनकी उनके उन्हें उस उसके उसी उसे एक एवं ऐसे और कर करता करते करना करने
  करून का काम काही कि किया किस किसी की के केला केली केले को कोई गया घर जब जहां जा जिस जिसे जो
  झाला झाली तक तब तरह तसेच ती ते तो त्या त्याचा त्याची त्याच्या था दिया दिली दूसरे द्वारा न
  नहीं नाही ने पर पहले पूरा भी माहिती मे में म्हणून यदि यह यहां या ये येणार येत लिए लिये व वह
  वहां वाले वे सकता सबसे सभी सर्व साथ से हा ही हुए हे है हैं हो होता होने অথবা অন্য আছে ই উচিত
  উপর এ এই একটি একে এখন এদের এবং এমন ঐ ও করছে করতে করবে করা করার করে করেছেন করেন কাছ কাজ কাজে
  কিংবা কোন ক্ষেত্রে চেয়ে ছাড়া ছিল জন্য তা তাঁদের তাঁর তাতে তাদের তার তারা থাকবে থেকে দিতে
  দেওয়া দ্বারা না নিজের নিয়ে পর্যন্ত পারে পারেন প্রতি প্রাথমিক ফলে বলে বা বিশেষ ব্যাপারে
  ভাবে মধ্যে মনে মাধ্যমে যা যাতে যাবে যার যে যেখানে যেতে রয়েছে রেখে সঙ্গে সব সমস্ত সহ সাধারণ
  সামনে সুতরাং সে হচ্ছে হতে হবে হবেন হয় হয়েছে হয়েছেন হলে হোক અંદર અથવા અને આ આગળ આવી ઉપર એ
  એવા એવાં એવી એવો ઓછું કરતાં કરી કરે કર્યો કે કેમ ખૂબ છે જ જે જો તે તેઓ તેના તેની તેનું તેને
  તેવી તો ત્યાં થઇ થતા થતાં થયો થાય દરેક ન નથી નહિ પણ પર પરંતુ બહાર માટે માત્ર મૂકી રીતે વધુ
  શકે સામે હવે હોય กล่ กว่ กัน กับ การ ก่อ ขณะ ของ ขึ้ ข้า ครั ควา งจา จัด จาก ช่น ซึ่ ดัง ดีย
  ดเผ ด้ว ตั้ ตาม ต่อ ต่า ต้อ ถึง ถูก ถ้า ทั้ ทาง ที่ ทุก ทํา นกา นั้ นี้ นึ่ นื่ ปิด ป็น ผ่า
  พื่ ยวก ยัง ยู่ ย่า รวม ระห รับ รือ ร่ว ลาย ล่า วกั วาม ว่า สุด ส่ง ส่ว สํา หรั หรื หลั หลา
  หว่ ห็น ห่ง อยู อย่ ออก ะหว ั้ง ั้น าหร ิดเ ียว ึ่ง ึ้น ื่อ เข้ เช่ เดี เนื เปิ เป็ เผย เพื
  เมื เห็ เอง แต่ และ แห่ โดย ให้ ได้ ไม่ ไว้ ็นก ่วน ่วม ่อง ่อน ่าง ่าน ่าว ้วย ้อง ําห ở あっ
  あり ある いて いま うち おい おけ おり かっ かつ から がら きる ける ここ こと この これ さら して する その それ ため った って つい つて でき では とし
  とも と共 ない なか なが なく なら なる なん にお につ によ に対 に関 のか ので のみ の人 の他 また まで もの よう よっ より よる らに られ れら れる 一个
  一切 一种 上所 不得 不论 且不 他人 他们 以免 以及 以期 任何 作为 依据 依照 其他 加以 及び 及其 只有 各种 因为 因此 在于 如此 对于 对待 対し 対す 并且 或者
  所有 才能 方面 旁人 无论 有的 本人 本身 根据 由于 的来 相对 这一 这个 这些 通过 鉴于 각 같은 공동으로 관계없이 그 그리고 그에 근거하여 기타 다른 대하여 따라
  따라서 또한 및 뿐만 수 아니라 어느 어떠한 어떤 없다 위하여 이 이러한 인 인하여 일 일반적으로 있다 제 통하여 하기 하는 할
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
