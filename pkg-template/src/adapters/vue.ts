/** `tidegate/adapters/vue`: Vue 3. On a server, and until the guard is there, nothing is shown. */
import {
  defineComponent, h, onMounted, onUnmounted, shallowReactive, shallowRef, toRaw, toValue, watch,
  type MaybeRefOrGetter, type PropType, type ShallowRef,
} from 'vue';
import type { Channel, Guard } from '../types.js';
import { guardCumulative, type Cumulative, type Shown } from './generic.js';

/** The guard, once it is made, or why it could not be; neither: it is being made. */
export interface GuardState {
  /** `undefined`: not made yet, or gone with the component. */
  guard: Guard | undefined;
  /** What `create` rejected with; `undefined`: nothing did. */
  error: unknown;
}

/** Makes a guard when the component is mounted and disposes of it when it is gone. */
export function useGuard(create: () => Promise<Guard>): Readonly<GuardState> {
  const state = shallowReactive<GuardState>({ guard: undefined, error: undefined });
  let isGone = false;
  onMounted(async () => {
    try {
      const guard = await create();
      if (isGone) await guard.dispose();
      else state.guard = guard;
    } catch (error) {
      state.error = error;
    }
  });
  onUnmounted(() => {
    isGone = true;
    const { guard } = state;
    state.guard = undefined;
    void guard?.dispose();
  });
  return state;
}

/** What a guarded text is part of. */
export interface GuardedTextOptions {
  /** Messages of one id end together and stay ended. */
  id?: MaybeRefOrGetter<string | undefined>;
  /** Default `text`. */
  channel?: MaybeRefOrGetter<Channel | undefined>;
  /** The text is complete; what is held is decided. */
  isDone?: MaybeRefOrGetter<boolean | undefined>;
}

/** What may be shown of a text that grows. Without a guard: nothing. */
export function useGuardedText(
  guard: MaybeRefOrGetter<Guard | undefined>, text: MaybeRefOrGetter<string>, options: GuardedTextOptions = {},
): Readonly<ShallowRef<Shown>> {
  const shown = shallowRef<Shown>({ text: '', state: 'open' });
  let guarding: Cumulative | undefined;
  watch(() => [toValue(guard), toValue(options.id), toValue(options.channel)] as const, ([current, id, channel]) => {
    shown.value = { text: '', state: 'open' };
    // A guard in a `ref` would come as a proxy, which has no private fields.
    guarding = current && guardCumulative(toRaw(current), { ...id === undefined ? {} : { id }, ...channel === undefined ? {} : { channel } });
  }, { immediate: true, flush: 'sync' });
  watch(() => [toValue(guard), toValue(options.id), toValue(options.channel), toValue(text), toValue(options.isDone)] as const, ([, , , now, isDone]) => {
    if (guarding) shown.value = guarding.update(now, isDone);
  }, { immediate: true, flush: 'sync' });
  return shown;
}

/**
 * A component that shows a text of a model, guarded; the default slot gets `shown`. After an end it also
 * shows the notice, with the role `status`. Props: `text`, the whole text so far; `guard`, without which
 * nothing is shown; `id`, `channel` and `isDone` as for `useGuardedText`.
 */
export const GuardedMessage = defineComponent({
  name: 'GuardedMessage',
  props: {
    guard: { type: Object as PropType<Guard | undefined>, default: undefined },
    /** The whole text so far, as the model wrote it. */
    text: { type: String, required: true },
    id: { type: String },
    channel: { type: String as PropType<Channel> },
    isDone: { type: Boolean, default: false },
  },
  setup(props, { slots }) {
    const shown = useGuardedText(() => props.guard, () => props.text, {
      id: () => props.id, channel: () => props.channel, isDone: () => props.isDone,
    });
    return () => {
      const { text, state, notice } = shown.value;
      const inside = slots.default ? slots.default({ shown: shown.value }) : [text, ...notice === undefined ? [] : [h('span', { role: 'status' }, notice)]];
      return h('div', { 'data-tidegate-state': state }, inside);
    };
  },
});
