require('../../dist/launch.cjs')('setup-guest-image', 'main');
