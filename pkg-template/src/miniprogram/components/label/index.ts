/** Says that a text was made by an AI; it stands with every answer. */
import { componentWords } from '../words.js';

Component({
  properties: {
    /** BCP 47. */
    locale: { type: String, value: 'zh-CN' },
    /** Other words, where a text of law or of the product asks for them. */
    text: { type: String, value: '' },
  },
  data: { label: componentWords('zh-CN').label },
  observers: {
    'locale, text'(locale: string, text: string) {
      this.setData({ label: text || componentWords(locale).label });
    },
  },
});
