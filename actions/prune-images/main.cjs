require('../../dist/launch.cjs')('prune-images', 'main');
