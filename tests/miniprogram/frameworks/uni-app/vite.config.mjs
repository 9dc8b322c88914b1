import { createRequire } from 'node:module';

const uni = createRequire(import.meta.url)('@dcloudio/vite-plugin-uni');
/** For what is kept in `compiled/`: where the page finds the package, which is then no part of the bundle. */
const apart = process.env.TIDEGATE_APART;

export default {
  plugins: [
    (uni.default ?? uni)(),
    ...(apart ? [{ name: 'apart', enforce: 'pre', resolveId: (id) => (id === 'tidegate/miniprogram' ? { id: apart, external: true } : null) }] : []),
  ],
};
