require('../../dist/launch.cjs')('publish-image', 'post');
