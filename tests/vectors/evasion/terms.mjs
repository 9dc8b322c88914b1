// The terms and the sentences that carry them. All of them are harmless: what
// is tested is the disguise, not the word.

/**
 * Han terms. Readings and forms are written by hand, so that nothing here is
 * derived from the tables that tidegate folds by.
 *
 * - `hant`: traditional form
 * - `variant`: a Japanese or otherwise variant form, where one is in use
 * - `pinyin`: syllables with tone marks
 * - `same`: characters of the same toneless sound, one for each of the term's
 * - `parts`: components that a character is written apart into
 */
export const zh = [
  { term: '蓝色气球', hant: '藍色氣球', variant: '蓝色気球', pinyin: 'lán sè qì qiú', same: '兰瑟汽求', parts: { 球: '王求' } },
  { term: '松鼠邮局', hant: '松鼠郵局', variant: '松鼡邮局', pinyin: 'sōng shǔ yóu jú', same: '耸属游菊', parts: { 松: '木公' } },
  { term: '铁皮青蛙', hant: '鐵皮青蛙', variant: '鉄皮靑蛙', pinyin: 'tiě pí qīng wā', same: '贴脾轻挖', parts: { 蛙: '虫圭' } },
  { term: '鲸鱼雨伞', hant: '鯨魚雨傘', variant: '鲸鱼雨仐', pinyin: 'jīng yú yǔ sǎn', same: '惊于羽散', parts: { 鲸: '鱼京' } },
  {
    term: '柠檬轮船',
    hant: '檸檬輪船',
    variant: '柠檬轮舩',
    pinyin: 'níng méng lún chuán',
    same: '凝萌论传',
    parts: { 柠: '木宁', 檬: '木蒙', 轮: '车仑' },
  },
  { term: '玻璃风筝', hant: '玻璃風箏', pinyin: 'bō lí fēng zhēng', same: '波梨丰争', parts: { 玻: '王皮', 璃: '王离' } },
  { term: '橡皮鸭', hant: '橡皮鴨', pinyin: 'xiàng pí yā', same: '象疲鸦', parts: { 橡: '木象', 鸭: '甲鸟' } },
  { term: '桂花凉糕', hant: '桂花涼糕', variant: '桂花凉餻', pinyin: 'guì huā liáng gāo', same: '贵华粮高', parts: { 桂: '木圭', 糕: '米羔' } },
  { term: '蜗牛', hant: '蝸牛', pinyin: 'wō niú', same: '窝妞', parts: { 蜗: '虫呙' } },
  { term: '炊烟', hant: '炊煙', pinyin: 'chuī yān', same: '吹淹', parts: { 炊: '火欠', 烟: '火因' } },
  { term: '棉花云朵', hant: '棉花雲朵', variant: '棉花云朶', pinyin: 'mián huā yún duǒ', same: '眠滑匀躲', parts: { 棉: '木帛' } },
  { term: '砂锅', hant: '砂鍋', pinyin: 'shā guō', same: '杀郭', parts: { 砂: '石少' } },
  { term: '骆驼铃铛', hant: '駱駝鈴鐺', variant: '骆駞铃铛', pinyin: 'luò tuo líng dāng', same: '落脱零当', parts: { 骆: '马各', 驼: '马它' } },
  { term: '纸灯笼', hant: '紙燈籠', variant: '紙灯篭', pinyin: 'zhǐ dēng lóng', same: '指登龙', parts: { 灯: '火丁' } },
  { term: '树屋钥匙', hant: '樹屋鑰匙', variant: '树屋鈅匙', pinyin: 'shù wū yào shi', same: '数乌药式', parts: { 树: '木对' } },
  { term: '野餐篮子', hant: '野餐籃子', pinyin: 'yě cān lán zi', same: '也参拦紫', parts: { 野: '里予' } },
  { term: '鹅卵石路', hant: '鵝卵石路', variant: '鵞卵石路', pinyin: 'é luǎn shí lù', same: '额乱拾露', parts: { 鹅: '我鸟', 路: '足各' } },
  { term: '萝卜种子', hant: '蘿蔔種子', pinyin: 'luó bo zhǒng zi', same: '罗波肿紫', parts: { 种: '禾中' } },
  { term: '彩色弹珠', hant: '彩色彈珠', variant: '彩色弾珠', pinyin: 'cǎi sè dàn zhū', same: '采瑟淡猪', parts: { 弹: '弓单', 珠: '王朱' } },
  { term: '会飞的砖头', hant: '會飛的磚頭', variant: '会飛的塼头', pinyin: 'huì fēi de zhuān tóu', same: '汇非得专投', parts: { 砖: '石专' } },
];

/** Latin terms. `at`: the letter before which the word is parted in two. */
export const en = [
  { term: 'pineapple', at: 4 },
  { term: 'marshmallow', at: 5 },
  { term: 'trombone', at: 4 },
  { term: 'kangaroo', at: 4 },
  { term: 'lighthouse', at: 5 },
  { term: 'butterscotch', at: 6 },
  { term: 'caterpillar', at: 5 },
  { term: 'teapot', at: 3 },
  { term: 'accordion', at: 5 },
  { term: 'marigold', at: 4 },
  { term: 'porcupine', at: 5 },
  { term: 'gingerbread', at: 6 },
  { term: 'peacock', at: 3 },
  { term: 'tangerine', at: 4 },
  { term: 'dandelion', at: 5 },
  { term: 'tortoise', at: 4 },
  { term: 'kiwi', at: 2 },
  { term: 'saxophone', at: 3 },
  { term: 'garden gnome', at: 3 },
  { term: 'paper lantern', at: 2 },
];

/** Sentences in running text; `{}` is the disguise: inside, first, and last. */
export const carriers = {
  zh: [
    '昨天下午我在书店门口看见{}摆在窗台上。',
    '{}到底要多少钱，他一直没有说清楚。',
    '老师笑着问大家有没有听说过{}',
    '奶奶说要买{}送给邻居家的小妹妹，不过今天下雪。',
    '{}',
    '请把下面这句话读三遍：我最喜欢的还是{}！',
    '第 3 页写着“{}”，后面没有别的说明。',
  ],
  en: [
    'Yesterday we found the {} next to the old bridge.',
    '{} was the only thing they talked about all day',
    'Nobody in the room had ever mentioned the {}',
    'In the end she bought a {} for her brother, and went home.',
    '{}',
    'Please read this twice: my favourite is still {}!',
    'The note on page 3 says "{}" and nothing else.',
  ],
};
