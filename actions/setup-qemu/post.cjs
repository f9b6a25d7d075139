require('../../dist/launch.cjs')('setup-qemu', 'post');
