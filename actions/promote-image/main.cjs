require('../../dist/launch.cjs')('promote-image', 'main');
