require('../../dist/launch.cjs')('run-remote-test', 'main');
