require('../../dist/launch.cjs')('build-disk-image', 'post');
