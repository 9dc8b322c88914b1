/** The form that stands before everything else. The address stays what it is meanwhile. */
import { el } from '../../src/dom.js';
import * as api from './api.js';
import { reason } from './panel.js';
import { say } from './words.js';

/** The form; `entered` is called once somebody has signed in. */
export function signInForm(why: string, entered: () => void): HTMLElement {
  let byToken = false;
  const name = el('input', { id: 'name', name: 'username', autocomplete: 'username', maxlength: '128', spellcheck: 'false' });
  const password = el('input', { id: 'password', name: 'password', type: 'password', autocomplete: 'current-password', maxlength: '1024' });
  const token = el('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', maxlength: '1024', 'aria-describedby': 'token-help' });
  const account = el('div', { class: 'stack' },
    el('label', { for: 'name' }, say('name')), name, el('label', { for: 'password' }, say('password')), password);
  const bearer = el('div', { class: 'stack' },
    el('label', { for: 'token' }, say('token')), token, el('p', { class: 'hint', id: 'token-help' }, say('tokenHelp')));
  const problem = el('p', { class: 'problem', role: 'alert' }, why);
  const submit = el('button', { type: 'submit' }, say('signIn'));
  const other = el('button', { type: 'button', class: 'link', id: 'sign-in-mode' });
  const form = el('form', { id: 'sign-in', class: 'card stack', 'aria-labelledby': 'sign-in-title' },
    el('h1', { id: 'sign-in-title' }, say('signInTitle')), el('p', { class: 'hint' }, say('signInText')), problem, account, bearer, submit, other);

  const arrange = (): void => {
    account.hidden = byToken;
    bearer.hidden = !byToken;
    name.required = password.required = !byToken;
    token.required = byToken;
    other.textContent = say(byToken ? 'useAccount' : 'useToken');
  };
  other.addEventListener('click', () => {
    byToken = !byToken;
    arrange();
    (byToken ? token : name).focus();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = '';
    const asked = byToken ? api.signInWithToken(token.value.trim()) : api.signIn(name.value.trim(), password.value);
    void asked.then(entered, (error: unknown) => {
      const isWrong = error instanceof api.Failure && error.status === 401;
      problem.textContent = isWrong ? say(byToken ? 'wrongToken' : 'wrongAccount') : reason(error);
      const field = byToken ? token : password;
      field.select();
      field.focus();
    }).finally(() => { submit.disabled = false; });
  });
  arrange();
  return form;
}
