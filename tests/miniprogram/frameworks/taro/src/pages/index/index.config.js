export default { navigationBarTitleText: 'tidegate' };
