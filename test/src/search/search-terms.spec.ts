import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { indexedTerms, queryWords, withoutStopWords } from '../../../src/search/search-terms.ts'

/** Questions, and the fact among these that answers each. */
const FACTS: readonly (readonly [fact: string, ...questions: string[]])[] = [
  ['清除构建缓存可以解决发布失败的问题', '构建缓存', '发布失败', '如何清除缓存', '缓'],
  ['使用Redis作为会话存储', 'Redis', '会话存储', 'redis 会话'],
  ['数据库连接超时应设为三十秒', '数据库超时', '连接超时'],
  ['ビルドサーバーはNode 24で動いています', 'ビルドサーバー', 'Node 24', 'サーバー'],
  ['データベースの接続がタイムアウトする', 'データベース接続', 'タイムアウト'],
  ['キャッシュを削除してから再起動する', 'キャッシュ 削除', '再起動', 'ｷｬｯｼｭ'],
  ['ต้องล้างแคชก่อนปล่อยเวอร์ชันใหม่', 'ล้างแคช', 'เวอร์ชันใหม่', 'แคช'],
  ['캐시를 비우면 빌드 오류가 해결됩니다', '캐시', '빌드 오류', '오류'],
  ['데이터베이스에서 연결이 끊어집니다', '데이터베이스', '연결'],
  ['Ο διακομιστής χρειάζεται επανεκκίνηση', 'διακομιστης', 'ΕΠΑΝΕΚΚΙΝΗΣΗ'],
  ['Ёлка развёрнута на новом сервере', 'елка', 'развернута'],
  ['Йод хранится отдельно', 'йод'],
  ['Zażółć gęślą jaźń na serwerze Łódź', 'lodz', 'gesla', 'ŁÓDŹ'],
  ['Die Straße zum Rechenzentrum ist gesperrt', 'strasse', 'STRASSE', 'Straße'],
  ['Müller betreut den Grünordner', 'mueller', 'muller', 'Gruenordner'],
  ['Der Trænings-Node står i Ålborg', 'traenings', 'alborg', 'star'],
  ['İstanbul sunucusu ısınıyor', 'istanbul', 'isiniyor'],
  ['The ﬁle ofﬁce uses ｆｕｌｌ ｗｉｄｔｈ names', 'file', 'office', 'full width'],
  ['الخادم يحتاج إلى إعادة التشغيل', 'خادم', 'اعاده', 'تشغيل'],
  ['השרת צריך אתחול במרכז הנתונים', 'שרת', 'מרכז', 'נתונים', 'השרת'],
  ['ꦱꦂꦮꦺꦂꦩꦠꦶ', 'ꦱꦂꦮꦺꦂ'],
  ['سرور به راه اندازی مجدد نیاز دارد', 'راه اندازي'],
  ['सर्वर को पुनः आरंभ करना होगा', 'सर्वर', 'पुनः आरंभ'],
  [
    'Call getUserById before http_client starts',
    'UserById',
    'httpClient',
    'user id',
    'getuserbyid'
  ],
  [
    'Set MAX_RETRY_COUNT and parseJSONBody',
    'maxRetryCount',
    'retry count',
    'JSON body',
    'parseJson'
  ],
  ['The crème brûlée façade is naïve', 'creme brulee', 'facade', 'naive']
]

describe('the search of any language', () => {
  it('finds each fact by each of its questions, first', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (const [content] of FACTS) await knowledge.distill('note', content, 0.9)
    const missed: string[] = []
    for (const [content, ...questions] of FACTS) {
      for (const question of questions) {
        const { items } = await knowledge.recall(question, { maxWait: Infinity })
        if (items[0]?.fact.content !== content) missed.push(`${question} -> ${content}`)
      }
    }
    assert.deepEqual(missed, [])
  })

  it('does not find what has none of the words', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    for (const [content] of FACTS) await knowledge.distill('note', content, 0.9)
    for (const question of ['漢', 'ภาษา', '고양이', 'кошка', 'ὕδωρ', 'xylophone', 'ماء']) {
      assert.deepEqual((await knowledge.recall(question)).items, [], question)
    }
  })

  it('finds by entity and tag in any script, with their marks and without', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge } = db.agent.cortex
    await knowledge.distill('構築サーバー', '動く', 0.9, { tags: ['本番'] })
    await knowledge.distill('Łódź', 'stoi', 0.9, { tags: ['serwer'] })
    assert.equal((await knowledge.recall('', { entity: '構築サーバー' })).items.length, 1)
    assert.equal((await knowledge.recall('', { tags: ['本番'] })).items.length, 1)
    assert.equal((await knowledge.recall('', { entity: 'łódź' })).items.length, 1)
  })
})

describe('terms', () => {
  it('of a query leave stop words out, unless there is nothing else', () => {
    const whole = (text: string): string[] =>
      withoutStopWords(queryWords(text)).map((word) => word.whole)
    assert.deepEqual(whole('How do I clear the cache of a build?'), ['clear', 'cache', 'build'])
    assert.deepEqual(whole('to be or not to be'), ['not'])
    assert.deepEqual(whole('the who'), ['the', 'who'])
  })

  it('of plain text are those that any other text would have', () => {
    for (const text of [
      'Call getUserById before http_client starts, v1.2 at 08:30!',
      'parseJSONBody HTTPServer ABC abc Abc aBC A a 1 a1 1a _x_ __ x__y IPv6'
    ]) {
      const { words, parts } = indexedTerms(text)
      const other = indexedTerms(`${text} \u03b1`)
      assert.equal(`${words} \u03b1`, other.words)
      assert.equal(parts, other.parts)
    }
  })

  it('cost time linear in the text, and no operator of a query is one', () => {
    for (const text of [
      'x'.repeat(200_000),
      '缓'.repeat(100_000),
      'aB'.repeat(50_000),
      '_'.repeat(1e5)
    ]) {
      const { words, parts } = indexedTerms(text)
      assert.ok(words.length + parts.length <= 8 * text.length + 8)
    }
    for (const text of ['"a" OR b*', 'NEAR(a b)', '^a -b +c', 'a:b {c}', "it's"]) {
      for (const { whole, parts } of queryWords(text)) {
        assert.match([whole, ...parts].join(' '), /^[\p{L}\p{N}\p{M} ]+$/u)
      }
    }
  })
})
