require('../../dist/launch.cjs')('publish-image', 'main');
