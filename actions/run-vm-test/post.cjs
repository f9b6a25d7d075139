require('../../dist/launch.cjs')('run-vm-test', 'post');
