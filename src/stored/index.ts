/** Typed JSON in sections of the store, and tasks one after the other for each key. */
export { KeyedSerial } from './keyed-serial.ts'
export { digitsOf, parseJson, putJson, readAll, readJson, remove } from './stored-json.ts'
