/** As a project of Taro 4 has it; what concerns tidegate is `copy`. */
module.exports = {
  projectName: 'tidegate-taro',
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: 'src',
  outputRoot: process.env.TARO_OUT || 'dist',
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  plugins: ['@tarojs/plugin-platform-weapp', '@tarojs/plugin-framework-react'],
  cache: { enable: false },
  copy: { patterns: [{ from: 'node_modules/tidegate/miniprogram/tidegate.wasm.br', to: `${process.env.TARO_OUT || 'dist'}/tidegate/tidegate.wasm.br` }] },
  mini: {},
};
