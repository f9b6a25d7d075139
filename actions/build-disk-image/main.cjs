require('../../dist/launch.cjs')('build-disk-image', 'main');
