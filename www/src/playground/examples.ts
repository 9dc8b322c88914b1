/** Policies and texts to begin with. They are about nothing in particular: the terms stand for a provider's own. */
import starter from '../../../data/starter/policy.yaml';
import type { Cut } from './cutting.js';

export interface Example {
  policy: string;
  text: string;
  cut: Cut;
}

const HEAD = 'policy: playground\nnotice:\n  zh-CN: 内容已按规定终止。\n  en: This answer was stopped.\n';

/** By name; `words.ts` has `example_NAME` and `example_NAME_about` for each. */
export const EXAMPLES = {
  longest: {
    policy: `${HEAD}rules:
  - id: gambling
    risk: x_gambling
    action: mask
    terms: [赌博, online casino]
  - id: sites
    risk: x_gambling
    action: terminate
    terms: [赌博网站, online casino bonus]
`,
    text: '远离赌博，珍惜家庭。An online casino is no way out. 不要相信赌博网络上的话，更不要打开赌博网站。',
    cut: 'character',
  },
  views: {
    policy: `${HEAD}rules:
  - id: gambling
    risk: x_gambling
    action: mask
    terms: [赌博, casino]
    views: [tight, joined, leet, sound]
`,
    text: '賭博、赌 博、赌*博、赌赌博、独博、du博；casino, c a s i n o, c4sin0, сasino, ca-si-no。',
    cut: 'character',
  },
  doubt: {
    policy: `${HEAD}rules:
  - id: invoices
    risk: a3_other_commercial
    action: mask
    terms: [发票]
`,
    text: '我们在开发票据系统，不代开发票，也不卖发票。',
    cut: 'character',
  },
  unless: {
    policy: `${HEAD}rules:
  - id: bombs
    risk: a1_terrorism_extremism
    action: mask
    terms: [炸弹, bomb]
    unless: [电影, film]
    within: 6
allow: [炸弹糖, bath bomb]
`,
    text: '电影里的炸弹是假的。桌上有炸弹糖，别把它叫作炸弹。A bath bomb is no bomb.',
    cut: 'character',
  },
  together: {
    policy: `${HEAD}rules:
  - id: kitchen
    risk: a2_gender
    action: retract
    within: sentence
    all:
      - [女生, women]
      - [滚回厨房, back to the kitchen]
`,
    text: '女生也爱数学。他把面包带回厨房。有人说女生就该滚回厨房，这样的话不该显示。',
    cut: 'random',
  },
  score: {
    policy: `${HEAD}score: {limit: 6, action: terminate}
rules:
  - id: betting
    risk: x_gambling
    action: mask
    score: 2
    terms: [下注, 庄家, place a bet]
`,
    text: '先下注，再看庄家的脸色，最后还是下注。这一句不会显示。',
    cut: 'random',
  },
  patterns: {
    policy: `${HEAD}rules:
  - id: phone
    risk: a4_personal_info
    action: mask
    detect: cn-mobile
  - id: card
    risk: a4_personal_info
    action: mask
    detect: bank-card
  - id: links
    risk: a3_other_commercial
    action: replace
    with: （链接略）
    detect: link
    hosts: {allow: [example.com]}
  - id: order
    risk: a3_trade_secrets
    action: replace
    with: （编号略）
    pattern: 'NB-\\d{4}(-[a-z]{2,3})?'
`,
    text: '电话 13800138000，卡号 4111 1111 1111 1111，写错一位的 4111 1111 1111 1112。订单 NB-2026-sh，见 https://example.com/a 和 https://example.org/b 。',
    cut: 'random',
  },
  markup: {
    policy: `${HEAD}rules:
  - id: gambling
    risk: x_gambling
    action: mask
    terms: [赌博, casino]
`,
    text: '赌<b>博</b>、&#36172;博、c&#97;sino、%63%61%73%69%6e%6f，而 <img src=x onerror=alert(1)> 只是文字。',
    cut: 'character',
  },
  starter: {
    policy: starter,
    text: '所谓网上赌场、真 人 百 家 乐，背后常是骗局；“刷 单 日 入 过 千”也一样。No online casino bonus is a gift.',
    cut: 'random',
  },
  errors: {
    policy: `${HEAD}rules:
  - id: gambling
    risk: x_gambling
    action: mask
    terms:
      - 赌博
      - '***'
`,
    text: '远离赌博。',
    cut: 'character',
  },
} satisfies Record<string, Example>;

export type ExampleName = keyof typeof EXAMPLES;

export function isExample(name: string): name is ExampleName {
  return Object.hasOwn(EXAMPLES, name);
}
