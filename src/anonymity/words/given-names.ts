/** Given names of many languages: a capitalised one starts a person's name. */

/** Names that are rarely used as words. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  `
aaliyah aaron abdul abdullah abigail abraham adam adriana adrian agnes agnieszka ahmad ahmed aisha akira
alan albert alberto aleksandr alejandra alejandro alessandra alessandro alex alexander alexandra alexei
alfred ali alice alicia alina alison allison alyssa amanda amelia amir amit amy ana anastasia andrea
andreas andrei andrew andrzej andy angela angelica anil anita anja anna anne annette anthony antoine
anton antonio anya aoife archana ariana arjun arnold arthur arun ashley astrid aurelie axel ayesha
barbara bartosz beatrice beatriz ben benedikt benjamin bernard bernd bertrand beth bettina bianca björn
bogdan brandon brenda brian bridget brigitte bruce bruno bryan camila camille carla carlos carmen
carol carolina caroline caroline catherine cathy cecilia celine charles charlie chen cheng chiara
chloe chris christa christina christine christoph christopher claire clara claudia claus clemens
colin connor constantin corinna craig cristina curtis cynthia damian dana daniel daniela danielle
danny darius daria david deborah deepak denise dennis derek diana diego dieter dimitri dmitri dmitry
dominik dominique donald donna doris dorothy douglas dylan eduardo edward edwin eileen ekaterina elaine
elena eleanor eli elias elif elisa elisabeth elizabeth ella ellen emeka emil emily emilia emma emmanuel
enrique eric erica erik erika ernesto esther ethan eugene eva evelyn fabian farah fatima felipe felix
fernanda fernando filip fiona florian francesca francesco francis francisco francois frederic fredrik
friedrich fumiko gabriel gabriela gabriele gareth gary geoffrey george gerald gerhard gianluca giorgio
giovanni giulia giuseppe gloria gonzalo gordon greg gregor gregory greta guillaume gustav gustavo
hamza hannah hans harald harold harry hassan hector heidi heike heinrich helen helena helga henrik
henry herbert hiroshi howard hussein ian ibrahim ignacio igor ilya imran indira ines ingrid irena irina
irene isaac isabel isabella isabelle ishaan ivan ivana jacob jacqueline jacques jaime jakob jakub james
jamie jan jana jane janet jason javier jean jeffrey jelena jennifer jens jeremy jerome jesse jessica
jesus jill joachim joan joanna joanne joao joaquin joel johan johann johanna john johnny jonas jonathan
jorge jose josef joseph joshua juan juanita judith juergen jürgen julian juliana julien julie juliette
kamala kamil karen karim karin karl karsten katarzyna kate katerina katharina katherine kathleen
kathryn katrin katja kavita keiko keith kelly ken kenji kenneth kevin khalid kimberly klaus konrad
konstantin kristen kristin kristina krzysztof kumar kyle lakshmi lars laura lauren laurent lea leah
leila lena leo leon leonardo leonie leslie liam linda lisa logan lorenzo louis louise luca lucas lucia
luciana lucy ludwig luis luisa lukas lydia magdalena mahmoud malik manfred manuel manuela marcel marcin
marco marcos marcus margaret margarita maria mariam mariana marie marina mario marisol marlene marta
martha martin martina mary mateo mathias mathieu matteo matthew matthias maurice maxim maximilian megan
mehmet mei melanie melissa mercedes michael michaela michal michel michelle miguel mikael mikhail
milena miriam mohamed mohammad mohammed monica monika monique muhammad mustafa nadia nadine naomi natalia
natalie natasha nathan neha neil nguyen nicholas nicola nicolas nicole niels nigel nikhil nikita nikolai
nils nina noah nora norbert olaf oleg olga oliver olivia omar oscar otto pablo pamela paolo patricia
patrick patrik paul paula paulina pawel pedro peter petra philip philipp philippe phillip pierre
piotr pooja prakash pranav priya rachel rafael raj rajesh ralf ramesh ramon raquel rashid raul ravi
raymond rebecca regina reinhard renate rene ricardo richard rita robert roberta roberto rodrigo roger
roland roman ronald rosa rosalind rosemary ruben rudolf russell ruth ryan sabine sabrina said sakura
salma samantha samir samuel sandra sanjay santiago sara sarah sascha satoshi scott sean sebastian
selma sergei sergey sergio shanice shannon sharon sheila shirley siddharth siegfried silvia simon simone
sofia sonia sonja sophia sophie stefan stefania stefanie steffen stephanie stephen steve steven stuart
sunil suresh susan susanne svetlana sven sylvia sylvie takashi tamara tanja tanya tariq tatiana teresa
thabo theodor theresa therese thomas thorsten tiago tim timothy tobias tomas tomasz tommy toni tony
tracey tristan udo ulrich ulrike ursula uwe valentina valeria vanessa vera veronica veronika vicente
victor vijay vikram vincent vivian viviana vladimir walter werner wilhelm william wolfgang xavier
xiaoming yasmin yelena yoko yolanda yuki yuri yusuf yvonne zainab zbigniew zeynep zoe
abdullahi adele adrienne agatha ahmet aiden aileen aino aleksander aleksandra alena alessia alexandre alexis
alfonso alfredo alvaro amalia amina anders andre andreea andres angelo angie anneli annika antonella
antonia arlene arturo asha astrid ayla azra beata bella bernadette bertha bertram bianca birgit bonnie
branka brigitta britta bryce caleb callum camilla carina carlotta carmela cathleen cedric cesar
chandra christelle christer clarice clemente cleopatra cody connie constance corinne cormac cornelia dagmar dalia
damien daphne darlene darren davide dawid debbie debra deirdre delia denis desiree dexter diane dimitris
dina dino dolores dominic donatella dora dragan dusan dwayne edgar eduard edvard efua eirik eliza elke ellie eloise elsie
elvira emilie emilio enzo ernst erwin estelle esteban eugenia eunice evan evangelina fabio fabrice felicia felicity
fidel filippo flavia francine franziska fredrika gabor gaston gemma genevieve georg georgios gerard
gertrude gilda gilles ginevra gisela giorgos goran graciela guido gunnar gunther gustavo gwen halina hana
hanna hanne harriet hedwig heinz helmut henriette herman hilda hildegard hiroko holger horst hortense
hubert ida ilona ilse imogen ingeborg iona irma isadora ivar iwona jaana jacek jacinta jadwiga jaroslav
jasmina jeanette jeanne jeannette jelle jenna jenny jerzy jessie jill joachim joanie jocelyn joelle
jolanta jonna jordi josephine josip jovana juana judy juha jukka justyna kaisa kalle kamila karina karla
karol karolina kasper katarina kathrine katrina katriina kazimierz kerry kirsten kirsi kjell klara konstantina kristine
kristian ladislav lara larissa latisha leonid leticia lidia lieselotte liisa lillian linnea lino lisbeth
ljubica loredana loretta lorna lorraine lottie lubomir luciano ludmila luigi luka lukasz luna lynette
madeleine maja malcolm malin manon marcela marcelo marek margarethe margot marianne marilyn marija 
marjorie marko markus martina matilda matias mattias maud maureen mauricio mauro melinda 
micheal mieczyslaw mika milan milan milos milton mina minna miranda miroslav mirjam mitchell moira moishe mona morgana
muriel nadezhda narcisa nathalie nayla nelly nestor neville nicklas nicolette nikola nils noemi
norma octavia odette oksana olaf olena olivier ondrej ornella oscar oswald otis ottavia 
pascale patricio patty pauline pavel pavla peggy penelope percy petros phyllis pia piero pilar
priscilla radek radka rafaela rainer ramiro randy raphael raymundo rebekah reza rhonda riccardo rodney
roderick rogelio romain rosalie rosanna rosemarie roxanne rupert ruslan sabina salvador salvatore
samira sandro santino sebastien selena serena serge shane shelby sherry sigrid silke silvana
simona siri slavko sofie solveig soren stanislav stefano stella sten stina svein sverre sybil
tabitha tamar tatjana terese terrence thea theo thierry tibor tiffany tiina tomislav tony torsten trevor
trudy tyrone ulla ulises urszula valerie valerio vaclav vasil veera velma vera vesna vicki vicky viktor
viktoria vilma viola violeta virgil vivienne vlad vladimira wanda wendell wenche wesley wilfred wilma
winifred wojciech xenia yann yannick yasmine yves yvette zara zdenek zelda zlatko zofia zoltan zora zuzana
`
    .trim()
    .split(/\s+/)
)

/** Names that are words as well: counted as a name only with further evidence. */
export const AMBIGUOUS_NAMES: ReadonlySet<string> = new Set(
  `
ada alma amber angel april art august aurora austin bill blake bob brad brooke carl cassandra chad
charlotte chase chelsea christian crystal daisy dallas dan dawn dean drew earl edith elsa eve faith
florence frank gene georgia ginger grace grant guy hazel heather holly hope hugo hunter iris ivy jack
jackson jasmine jay jeff jim joe jordan josh joy julia june kay lance lee lily lincoln london luke mack
madison mark matt max may melody mia mike miles misty nancy nick norm olive opal page paris pascal pat
pearl penny pete phil phoenix pierce ray rich rick rob robin rocky ron rose ross roy ruby rusty sally sam
sandy savannah skip sky stone sue summer swift sydney ted terry tina todd tom tracy trinity troy tyler
victoria violet virginia wade ward wendy will woody
`
    .trim()
    .split(/\s+/)
)
