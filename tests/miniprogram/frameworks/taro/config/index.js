/** As a project of Taro 4 has it; what concerns tidegate is `copy`. */
const outputRoot = process.env.TARO_OUT || 'dist';
/** For what is kept in `compiled/`: where the page finds the package, which is then no part of the bundle. */
const apart = process.env.TIDEGATE_APART;

module.exports = {
  projectName: 'tidegate-taro',
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: 'src',
  outputRoot,
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  plugins: ['@tarojs/plugin-platform-weapp', '@tarojs/plugin-framework-react'],
  cache: { enable: false },
  copy: { patterns: apart ? [] : [{ from: 'node_modules/tidegate/miniprogram/tidegate.wasm.br', to: `${outputRoot}/tidegate/tidegate.wasm.br` }] },
  mini: apart ? { webpackChain: (chain) => chain.externals({ 'tidegate/miniprogram': `commonjs ${apart}` }) } : {},
};
