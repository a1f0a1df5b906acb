/** Frequent surnames that are words as well, or that no rule for unknown words finds. */
export const SURNAMES: ReadonlySet<string> = new Set(
  `
adams alexander allen anderson andrews armstrong arnold austin bailey baker banks barnes barrett barton
bates becker bell bennett berry bishop black blair bowers bowman boyd bradley brady brooks brown bryant
burke burns burton bush butler byrd caldwell campbell campos carlson carpenter carr carroll carter castillo
castro chambers chapman chavez clark clarke cole coleman collins contreras cook cooper cortez cox craig
crawford cross cruz cunningham curtis daniels davidson davis dawson day dean delgado diaz dixon doyle
duncan dunn edwards elliott ellis estrada evans ferguson fernandez fields figueroa fischer fisher fleming
fletcher flores ford foster fowler fox franklin frazier freeman fuller garcia gardner garrett garza gibson
gilbert gomez gonzalez goodman gordon graham grant graves gray green greene griffin gutierrez hale hall
hamilton hansen hanson hardy harper harris harrison hart harvey hawkins hayes henderson hernandez herrera
hicks hill hoffman holland holmes holt howard howell hudson hughes hunt hunter ingram jackson jacobs
jenkins jennings jensen jimenez johnson johnston jones jordan keller kelley kennedy kim king klein knight
lambert lane larson lawrence lawson lee lewis little logan long lopez love lowe lucas lynch maldonado
marshall martinez mason matthews maxwell mccarthy mccoy mcdonald mcdowell medina mejia mendez mendoza
meyer miles miller mills mitchell molina montero montgomery moore morales moran moreno morgan morris
morrison mueller muller munoz murphy murray myers navarro neal nelson newman newton nguyen nichols norris
nunez obrien ochoa oliver olson ortega ortiz owens pacheco padilla pagan palmer park parker parks patel
patterson payne pena perez perkins perry peters peterson phillips pierce pope porter potter powell powers
price quinn ramirez ramos ray reed reese reid reyes reynolds rhodes rice richards richardson rios rivera
roberts robertson robinson rodgers rodriguez rogers rojas romero rose ross rowe roy ruiz russell ryan
salazar salinas sanchez sanders sandoval santiago santos sawyer schmidt schneider schultz schwartz scott
serrano shaw shelton silva simmons simpson sims singh smith snyder solis soto spencer stanley steele
stephens stevens stevenson stewart stone strickland sullivan sutton swanson taylor terry thompson thornton
todd torres townsend tucker turner valdez valencia vargas vasquez vaughn vega velasquez wagner walker
wallace walsh walters ward warner warren washington watkins watson watts weaver webb weber webster welch
wells west wheeler white wilkins williams williamson willis wilson wise wolfe wong wood woods wright yang
young zimmerman
`
    .trim()
    .split(/\s+/)
)
