//! Functions that stand in call traces of many different faults, and so name none.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether `function` finds, reports, locks, waits, allocates or copies for whoever has the fault.
pub(crate) fn is_part(function: &str) -> bool {
    static PARTS: LazyLock<Names> = LazyLock::new(|| {
        Names::new(&[REPORTS, SANITIZERS, TRAPS, TIME, LOCKS, WAITS, MEMORY, OBJECTS, BSD])
    });
    PARTS.contains(function)
}

/// Whether `function` hands a request to its handler, such as a system call or a packet.
pub(crate) fn dispatches(function: &str) -> bool {
    static PARTS: LazyLock<Names> = LazyLock::new(|| Names::new(&[DISPATCHERS]));
    PARTS.contains(function)
}

/// Names of functions, and what others begin with.
struct Names {
    whole: HashSet<&'static str>,
    beginnings: HashSet<&'static str>,
}

impl Names {
    /// The words of `lists`; one that ends in `*` is a beginning.
    fn new(lists: &[&'static str]) -> Names {
        let words = lists.iter().flat_map(|list| list.split_ascii_whitespace());
        let (beginnings, whole) = words.partition::<Vec<_>, _>(|word| word.ends_with('*'));
        let beginnings = beginnings.iter().map(|word| word.trim_end_matches('*')).collect();
        Names { whole: whole.into_iter().collect(), beginnings }
    }

    fn contains(&self, function: &str) -> bool {
        let mut beginnings = function.char_indices().map(|(end, _)| &function[..end]);
        self.whole.contains(function)
            || self.beginnings.contains(function)
            || beginnings.any(|beginning| self.beginnings.contains(beginning))
    }
}

/// What prints, panics and tells.
const REPORTS: &str = "
    arch_stack_walk arch_trigger* asm_exc_double_fault asm_exc_nmi assertfail* btrfs_assertfail*
    check_cpu_stall* __check_heap_object check_heap_object __check_object_size check_panic*
    check_stack_object cipher_* console_* core::* crypto_* __debug_check* debug_check_no_obj*
    __debug_object* debug_object_* debug_print_object default_do_nmi _dev_* __dev_printk dev_printk*
    dev_vprintk* df_* die __die* do_nmi dump_* __dump_stack end_repeat_nmi exc_double_fault exc_nmi
    __ext4_error* ext4_error* __ext4_warning* fail_dump fixup_bug format_decode get_taint handle_bug
    handle_nmi* handle_stack_overflow hex_string hung_task* msg_print_text __netdev_printk
    netdev_printk nmi_* number oops_* panic pointer print_* _printk printk* ___ratelimit rcu_check_*
    rcu_dump_* rcu_gp_* rcu_pending rcu_sched_clock_irq* rcu_tasks_* ref_tracker_* __reiserfs_panic
    reiserfs_panic* __rela_dyn_start report_bug* reserve_* rust_begin_unwind rust_helper_*
    __rustc::* save_stack* sched_show_task* scnprintf __should_fail* should_fail* show_regs*
    show_stack* show_trace* skb_over_panic skb_panic skb_push* skb_put* skb_under_panic snprintf
    spin_bug* spin_dump sprintf __stack_chk_fail* stack_trace_* std::* _stext string string_nocheck
    trigger_* unwind_backtrace usercopy_abort va_format vpanic vprintk* vscnprintf vsnprintf
    vsprintf walk_stackframe __warn* warn_alloc* warn_bogus_* warn_slowpath* watchdog*";

/// What checks each access.
const SANITIZERS: &str = "
    address_is_* __asan_* asan_* bytes_is_* check_kcov_mode check_memory_region* check_object*
    check_region_* describe_* end_report* get_report* handle_missaligned* handle_object_size*
    handle_overflow __hwasan_* hwasan_* __kasan_* kasan_* kcov_* __kcsan_* kcsan_* __kfence_*
    kfence_* __kmsan_* kmsan_* memory_is_* __msan_* object_err report_* __sanitizer_* save_track
    set_track slab_err start_report* __tsan_* type_mismatch_* __ubsan_* ubsan_* val_to_string
    write_comp_data";

/// The way from an exception to whoever reports it.
const TRAPS: &str = "
    alltraps arm64_serror_panic asm_exc_* async_page_fault __bad_area* bad_area* bad_page_fault
    brk_handler __bug_* bug_handler call_break_hook calltrap __dabt_svc data_access_common
    die_kernel_fault do_DataAbort do_alignment_fault do_bad do_bad_area do_debug_exception
    do_double_fault do_error_trap do_general_protection do_invalid_op do_kern_* __do_kernel_fault
    do_kernel_fault do_mem_abort __do_page_fault do_page_fault* do_sea do_tag_check_fault
    do_translation_fault do_trap* do_undefinstr do_user_addr_fault __do_user_fault double_fault
    el0_da el0_ia el0_undef el1_* el1h_* el1t_* error_entry exc_general_protection exc_invalid_op
    exc_page_fault exception_common general_protection handle_exception handle_page_fault invalid_op
    kernel_exc* no_context __pabt_svc page_fault program_check* trap trap_* __und_svc";

/// Interrupts, timers and the idle loop.
const TIME: &str = "
    apic_timer_interrupt arch_cpu_idle arch_timer_* asm_sysvec_* call_on_irq_stack call_softirq
    common_interrupt cpu_startup_entry cpuidle_* default_idle* do_IRQ do_idle do_interrupt_handler
    __do_softirq do_softirq* generic_handle_* gic_* __handle_domain_irq handle_domain_irq
    handle_fasteoi* handle_irq* handle_percpu_* handle_softirqs __hrtimer_* hrtimer_* invoke_softirq
    __irq_exit* irq_exit* __irq_svc kernel_thread_helper local_apic_timer_interrupt local_bh_enable
    _local_bh_enable* __local_bh_enable_ip native_safe_halt rest_init ret_from_fork* ret_from_intr
    __run_hrtimer* run_hrtimer* run_ksoftirqd smp_apic_timer_interrupt smpboot_thread_fn
    start_secondary __sysvec_* sysvec_* tick_* timer_interrupt update_process_times";

/// Locks and what watches over them.
const LOCKS: &str = "
    arch_spin_* assign_lock_key call_rwsem_* check_chain_key check_deadlock check_flags
    check_irq_usage check_lock* check_noncircular check_path check_prev_add check_prevs_add
    check_redundant check_usage* check_wait_context cleanup_srcu_struct complete complete_all
    debug_check_no_locks* debug_lock* debug_mutex* debug_rt_* debug_smp_* debug_spin* do_raw_* down
    __down* down_* el0_irq* el1_irq* exit_to_kernel_mode find_held_lock ftrace_* get_lock_stats
    i_mmap_lock_* inode_lock* irqentry_* __ldsem_* ldsem_* __lock_acquire* lock_acquire*
    lock_classes* lock_downgrade __lock_is_held lock_is_held* lock_page* __lock_release
    lock_release* lock_rename* lock_sock* lock_two_* __lockdep_* lockdep_* look_up_lock_class
    mark_held* mark_lock* mark_usage match_held_lock __might_fault might_fault __might_resched
    ___might_sleep __might_sleep might_sleep __mutex_* mutex_* native_queued_* osq_lock
    __percpu_down_* percpu_down_* __percpu_rwsem* perf_trace_* ___preempt_* preempt_* __pv_queued_*
    queued_read_* queued_spin_* queued_write_* _raw_* __raw_read_* __raw_spin_* __raw_write_*
    rcu_lock_* rcu_read_lock* rcu_read_unlock* reacquire_held_locks read_lock*
    __read_once_word_nocheck register_lock_class reiserfs_write_lock* restore_regs* retint_*
    __rt_mutex* rt_mutex_* rt_spin_* rwsem_* seqcount_* __spin_* _spin_* spin_lock* spin_unlock*
    swake_up* __task_rq_lock task_rq_lock __this_cpu_preempt_check __trace_* trace_* try_to_wake_up
    up __up_* up_* validate_chain* __wait_event* wait_event* __wake_up* wake_up_process wake_up_q
    wakeup_* write_lock* __ww_mutex* ww_mutex* x86_indirect_thunk* __x86_indirect_thunk_*";

/// What sleeps, and queues work.
const WAITS: &str = "
    add_timer* bit_wait* cancel_delayed_work* __cancel_work* cancel_work_sync completion_*
    __cond_resched _cond_resched context_switch __del_timer* del_timer* delayed_work_timer_fn
    destroy_workqueue do_nanosleep do_wait_for_common drain_workqueue finish_wait __flush_work*
    flush_work* __folio_lock folio_wait_bit* inode_sleep_on_* io_schedule* __lock_page
    mod_delayed_work* __mod_timer mod_timer* out_of_line_wait_* preempt_schedule* prepare_to_wait*
    __queue_delayed_work queue_delayed_work* __queue_work queue_work* rcu_barrier* __refrigerator
    __rwsem_* __sched_text* schedule __schedule* schedule_hrtimeout* schedule_preempt*
    schedule_rtlock schedule_timeout* __switch_to* __timer_delete* timer_delete* try_to_del_timer*
    usleep_range* __wait_for_common wait_for_common wait_for_completion* __wait_on_* wait_on_bit*
    wait_on_page_bit* __wait_rcu_gp _wait_rcu_gp";

/// What allocates, copies and compares.
const MEMORY: &str = "
    aes_* aesni_* aesti_* alloc_debug_* __alloc_frozen* alloc_frozen* alloc_large* alloc_page
    __alloc_pages* alloc_pages* alloc_slab_page allocate_slab arch_atomic* __arch_copy_* atomic64_*
    atomic_* bad_page* __bitmap_* bitmap_* __build_skb* ____cache_* __cache_* cache_* ___cache_free
    check_copy_size clear_bit cmpxchg* constant_test_bit __copy_* _copy_* copy_from_kernel_*
    copy_from_user* copy_in_user copy_mc_* copy_page_from_iter* copy_page_to_iter* copy_to_user*
    copy_user_* copyin copyinstr copyout copyoutstr crc16 crc32* create_object* csum_* discard_slab
    __do_kmalloc* __do_krealloc do_slab* dput dput_to_list fallback_alloc fast_dput _find_first_bit
    find_first_bit __find_next_* _find_next_* __folio_alloc* folio_alloc* __folio_put folio_unlock
    __fortify* fortify_* free_debug_* __free_frozen* free_frozen_* free_page* __free_pages*
    free_pcp* free_to_partial_list free_unref_* get_page_from_freelist get_partial_* __get_user*
    get_user_* __instrument* instrument_* iov_iter_* kcalloc __kfree kfree* ___kmalloc* __kmalloc*
    kmalloc* __kmap* kmap* __kmem_cache_* kmem_cache_* kmemdup* kmemleak_* krealloc* kstrdup*
    kvfree* kvmalloc* kvzalloc kzalloc* lockref_* mark_buffer_dirty* memchr* memcmp* __memcpy*
    memcpy* memdup_user* __memmove* memmove* memscan __memset* memset* new_slab* __page_cache_alloc
    pagecache_get_page __phys_addr* __pi_* post_alloc_hook prep_new_page probe_kernel_* __put_user*
    qlink_free quarantine_* radix_tree_node_alloc raw_copy_* rep_movs* rep_stos* set_bit
    setup_object* simple_copy_to_iter sized_strscpy skip_spaces ___slab_* __slab_* slab_* strcasecmp
    strchr* strcmp* strcpy strim strlcat strlcpy strlen* strncasecmp strncmp* strncpy* strndup_user*
    strnlen* strnstr strrchr strscpy* strstr* _test_and_* test_and_* test_bit unlock_page
    variable_test_bit virt_to_head_page __virt_to_phys* vma_alloc_folio* __vmalloc* vmalloc*
    vzalloc*";

/// What keeps lists, counts and devices.
const OBJECTS: &str = "
    corrupted debug_check_* debug_locks_off debug_show_* debugfs_* device_add device_create*
    device_del device_private_init device_register device_remove_file device_unregister
    do_init_timer dpm_sysfs_* get_device get_device_parent __hlist_* hlist_* ida_* idr_*
    init_timer_key kill_fasync klist_* __kobject_* kobject_* kref_* kset_* __kthread_* kthread_*
    __list_* list_* percpu_ref_* proc_create* proc_register put_device radix_tree_lookup* __rb_*
    rb_* rcu_force* rcu_ref_* __refcount_* refcount_* __rhashtable_* rhashtable_*
    rollback_registered* security_* sysfs_* tty_ldisc_lock* unregister_netdev unregister_netdevice*
    usb_free_urb usb_kill_urb usb_poison_urb usb_submit_urb xa_*";

/// The same for the BSDs.
const BSD: &str = "
    alltraps_kernel __assert cpu_Debugger cpu_reboot db_* dblfault_* kassert_* kdb_* kern_assert
    kerntrap lockdebug_* mi_syscall* __mtx_* _mtx_* mtx_* mutex_abort mutex_vector_* panic_trap
    pool_* __rw_* rw_* _sx_* sx_* syscall syscall_exit_* trap_fatal trap_pfault uvm_fault*
    vcmn_err_panic witness_*";

/// What hands requests to their handlers, for stalls.
const DISPATCHERS: &str = "
    call_read_iter call_timer_fn call_write_iter cstar_dispatch do_dentry_open __do_fast_syscall_32
    do_fast_syscall_32 do_int80* do_iter_readv_writev do_iter_write do_syscall do_syscall_32*
    do_syscall_64 do_syscall_x64 do_trap_ecall_u do_vfs_ioctl el0_svc* entry_INT80* entry_SYSCALL*
    entry_SYSENTER* expire_timers __fput ia32_* __invoke_syscall invoke_syscall ioctl kthread
    __netif_receive_skb __netif_receive_skb_core* __netif_receive_skb_list_core
    __netif_receive_skb_one_core new_sync_read new_sync_write nfnetlink_rcv_msg process_one_work
    ret_fast_syscall ret_from_syscall* rtnetlink_rcv_msg __run_timers sock_recvmsg __sock_sendmsg
    sock_sendmsg sock_sendmsg_nosec sys_ioctl syscall_enter syscall_exit syscall_handler
    sysenter_dispatch system_call* task_work_run tracesys* vfs_ioctl __vfs_read vfs_read __vfs_write
    vfs_write x64_sys_call";
