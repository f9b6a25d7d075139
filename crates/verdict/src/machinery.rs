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

const REPORTS: &str = "dump_stack* __dump_stack show_stack* dump_backtrace* show_regs* unwind_backtrace
    print_* warn_slowpath* __warn* report_bug* handle_bug fixup_bug panic vpanic nmi_panic* die __die* oops_*
    sched_show_task* show_trace* save_stack* stack_trace_* arch_stack_walk rcu_dump_* rcu_check_* rcu_sched_clock_irq*
    rcu_pending check_cpu_stall* rcu_gp_* rcu_tasks_* nmi_* arch_trigger* trigger_* watchdog* dump_* handle_nmi*
    default_do_nmi do_nmi exc_nmi end_repeat_nmi asm_exc_nmi __stack_chk_fail* ___ratelimit debug_print_object
    debug_object_* __debug_object* debug_check_no_obj* __debug_check* hung_task* spin_dump spin_bug*
    reserve_* usercopy_abort check_stack_object __check_object_size __check_heap_object check_heap_object check_panic* get_taint walk_stackframe
    handle_stack_overflow df_* exc_double_fault asm_exc_double_fault
    should_fail* __should_fail* fail_dump vprintk* printk* _printk console_* vsnprintf snprintf vscnprintf scnprintf
    sprintf vsprintf string string_nocheck va_format hex_string format_decode number pointer msg_print_text
    warn_alloc* warn_bogus_* __ext4_warning* __reiserfs_panic reiserfs_panic* btrfs_assertfail* assertfail*
    ext4_error* __ext4_error* skb_panic skb_over_panic skb_under_panic skb_put* skb_push* ref_tracker_*
    __rela_dyn_start _stext rust_helper_* rust_begin_unwind __rustc::* core::* std::* dev_vprintk* dev_printk*
    __dev_printk _dev_* __netdev_printk netdev_printk crypto_* cipher_*";

const SANITIZERS: &str = "kasan_* __kasan_* __asan_* asan_* __hwasan_* hwasan_* kmsan_* __kmsan_* __msan_* kcsan_*
    __kcsan_* __tsan_* kfence_* __kfence_* ubsan_* __ubsan_* __sanitizer_* check_memory_region* check_region_*
    memory_is_* object_err slab_err check_object* bytes_is_* get_report* describe_* address_* end_report* start_report*
    report_* val_to_string handle_overflow handle_object_size* handle_missaligned* type_mismatch_* write_comp_data
    check_kcov_mode set_track save_track kcov_*";

const TRAPS: &str = "do_page_fault* __do_page_fault page_fault async_page_fault exc_page_fault asm_exc_* exc_invalid_op
    exc_general_protection do_user_addr_fault do_kern_addr_fault bad_area* __bad_area* no_context do_trap* do_error_trap
    do_invalid_op invalid_op error_entry do_general_protection general_protection do_kernel_fault __do_kernel_fault
    do_mem_abort do_translation_fault do_DataAbort __dabt_svc __pabt_svc __und_svc do_undefinstr el1_* el1h_* el1t_*
    el0_ia el0_da el0_undef bad_page_fault handle_page_fault do_kern_* do_double_fault double_fault brk_handler
    bug_handler do_debug_exception call_break_hook do_bad_area do_bad __do_user_fault do_alignment_fault
    do_tag_check_fault do_sea trap alltraps calltrap trap_* kernel_exc* program_check* data_access_common
    exception_common handle_exception do_trap_* arm64_serror_panic __bug_* die_kernel_fault";

const TIME: &str = "update_process_times tick_* hrtimer_* __hrtimer_* run_hrtimer* __run_hrtimer* apic_timer_interrupt smp_apic_timer_interrupt local_apic_timer_interrupt __sysvec_* sysvec_* asm_sysvec_* arch_timer_*
    handle_percpu_* generic_handle_* __handle_domain_irq handle_irq* handle_domain_irq handle_fasteoi* gic_* __irq_svc
    do_IRQ common_interrupt ret_from_intr call_on_irq_stack do_interrupt_handler timer_interrupt irq_exit* __irq_exit*
    invoke_softirq do_softirq* __do_softirq handle_softirqs run_ksoftirqd smpboot_thread_fn __local_bh_enable_ip
    local_bh_enable _local_bh_enable* call_softirq default_idle* cpu_startup_entry do_idle arch_cpu_idle start_secondary
    cpuidle_* native_safe_halt rest_init ret_from_fork* kernel_thread_helper";

const LOCKS: &str = "lock_acquire* __lock_acquire* lock_release* __lock_release lockdep_* __lockdep_* lock_is_held*
    __lock_is_held lock_classes* mark_lock* mark_held* mark_usage check_* validate_chain* register_lock_class
    assign_lock_key look_up_lock_class reacquire_held_locks find_held_lock match_held_lock get_lock_stats debug_lock*
    debug_mutex* debug_rt_* debug_spin* debug_check_no_locks* _raw_spin_* _raw_read_* _raw_write_* __raw_spin_*
    __raw_read_* __raw_write_* do_raw_* queued_spin_* queued_read_* queued_write_* native_queued_* __pv_queued_*
    spin_lock* spin_unlock* __spin_* _spin_* read_lock* write_lock* mutex_* __mutex_* ww_mutex* __ww_mutex* down down_*
    __down* up up_* __up_* rwsem_* call_rwsem_* percpu_down_* __percpu_down_* __percpu_rwsem* rt_mutex_* __rt_mutex*
    rt_spin_* lock_sock_nested __might_sleep ___might_sleep might_sleep __might_resched might_fault __might_fault
    seqcount_* rcu_lock_* rcu_read_lock* rcu_read_unlock* trace_* __trace_* ftrace_* preempt_count_* debug_smp_*
    __this_cpu_preempt_check irqentry_* exit_to_kernel_mode
    osq_lock ldsem_* __ldsem_* __task_rq_lock task_rq_lock perf_trace_* lock_downgrade lock_sock* cleanup_srcu_struct
    _raw_* wake_up_process wake_up_q __wake_up* wakeup_* try_to_wake_up complete complete_all swake_up* reiserfs_write_lock* retint_*
    ___preempt_* preempt_* restore_regs* el0_irq* el1_irq* __x86_indirect_thunk_* x86_indirect_thunk*
    __read_once_word_nocheck inode_lock* lock_page* lock_rename* lock_two_* arch_spin_*
    wait_event* __wait_event* i_mmap_lock_*";

const WAITS: &str = "schedule schedule_timeout* schedule_hrtimeout* schedule_preempt* schedule_rtlock __schedule* preempt_schedule* io_schedule* __switch_to* context_switch
    __cond_resched _cond_resched wait_for_completion* wait_for_common __wait_for_common do_wait_for_common __wait_on_*
    wait_on_page_bit* wait_on_bit* out_of_line_wait_* bit_wait* folio_wait_bit* __folio_lock __lock_page
    prepare_to_wait* finish_wait do_nanosleep rcu_barrier* __sched_text* usleep_range*
    inode_sleep_on_* __refrigerator __rwsem_* completion_* __wait_rcu_gp _wait_rcu_gp flush_work* __flush_work*
    __cancel_work* cancel_work_sync cancel_delayed_work* drain_workqueue destroy_workqueue queue_work* __queue_work
    queue_delayed_work* __queue_delayed_work mod_delayed_work* delayed_work_timer_fn del_timer* __del_timer* try_to_del_timer*
    timer_delete* __timer_delete* mod_timer* __mod_timer add_timer*";

const MEMORY: &str = "memcpy* __memcpy* memset* __memset* memmove* __memmove* memcmp* __pi_* memchr* memscan strcmp*
    strncmp* strcasecmp strncasecmp strcpy strncpy* strlcpy strlcat strscpy* sized_strscpy strlen* strnlen* strstr* strnstr
    strchr* strrchr strim skip_spaces rep_movs* rep_stos* fortify_* __fortify* copy_from_user* copy_to_user* _copy_*
    __copy_* raw_copy_* copy_user_* __arch_copy_* copy_in_user copyin copyout copyinstr copyoutstr
    copy_page_to_iter* copy_page_from_iter* copy_mc_* instrument_* __instrument* check_copy_size __get_user* __put_user*
    get_user_* csum_* kmalloc* __kmalloc* ___kmalloc* __do_kmalloc* kmem_cache_* __kmem_cache_* slab_* __slab_* ___slab_*
    do_slab* alloc_debug_* free_debug_* kfree* __kfree __cache_* cache_* kzalloc* kcalloc kvmalloc* kvzalloc kvfree* krealloc* __do_krealloc
    kmemdup* kstrdup* kmalloc_* vmalloc* __vmalloc* vzalloc* alloc_pages* __alloc_pages* alloc_frozen* __alloc_frozen*
    get_page_from_freelist prep_new_page new_slab* allocate_slab alloc_slab_page free_to_partial_list setup_object* discard_slab
    ___cache_free qlink_free kmemleak_* atomic_* arch_atomic* atomic64_* find_first_bit _find_first_bit
    set_bit clear_bit test_bit constant_test_bit variable_test_bit virt_to_head_page __phys_addr*
    bad_page* __free_pages* free_page* free_unref_* free_pcp* free_frozen_* __free_frozen* create_object*
    post_alloc_hook folio_unlock unlock_page __folio_put memdup_user* strndup_user* _test_and_* test_and_* simple_copy_to_iter
    crc16 crc32* aes_* aesti_* aesni_* ____cache_* fallback_alloc quarantine_* radix_tree_node_alloc __page_cache_alloc
    mark_buffer_dirty* dput fast_dput dput_to_list __build_skb* __virt_to_phys* kvmalloc_node kvmalloc folio_alloc* __folio_alloc* vma_alloc_folio* pagecache_get_page alloc_page alloc_large* get_partial_*
    copy_from_kernel_* probe_kernel_* strncpy_from_user* iov_iter_* kmap* __kmap* _find_next_* __find_next_* bitmap_* __bitmap_*
    cmpxchg* lockref_*";

const OBJECTS: &str = "list_* __list_* hlist_* __hlist_* rb_* __rb_* rcu_force* refcount_* __refcount_* kref_* kobject_*
    __kobject_* kset_* klist_* sysfs_* device_add device_register device_create* device_private_init get_device put_device debugfs_*
    proc_register xa_* radix_tree_lookup* idr_* ida_* percpu_ref_* rcu_ref_* device_del device_remove_file
    dpm_sysfs_* device_unregister unregister_netdev tty_ldisc_lock* get_device_parent proc_create* rhashtable_* __rhashtable_* rollback_registered* unregister_netdevice*
    debug_* corrupted object_* activate_* init_timer_key do_init_timer security_* kthread_* __kthread_*
    usb_kill_urb usb_poison_urb usb_submit_urb usb_free_urb kill_fasync";

const BSD: &str = "db_* kdb_* kassert_* db_trace_self_wrapper snprintf vcmn_err_panic kern_assert cpu_* alltraps_kernel
    lockdebug_* mutex_vector_* mutex_abort rw_vector_* witness_* _mtx_* __mtx_* _sx_* sx_* __rw_* __assert syscall_* mi_syscall*
    uvm_fault* pool_* kerntrap panic_* fault_* mtx_* rw_* dblfault_* trap_pfault trap_fatal";

/// What hands requests to their handlers, for stalls.
const DISPATCHERS: &str = "do_vfs_ioctl vfs_ioctl __netif_receive_skb_core* __netif_receive_skb_one_core
    __netif_receive_skb_list_core __netif_receive_skb sock_sendmsg sock_sendmsg_nosec __sock_sendmsg sock_recvmsg
    __vfs_write __vfs_read vfs_write vfs_read new_sync_write new_sync_read call_write_iter
    call_read_iter do_iter_write do_iter_readv_writev call_timer_fn __run_timers expire_timers kthread process_one_work
    __fput do_dentry_open do_syscall_64 do_syscall_x64 invoke_syscall __invoke_syscall entry_SYSCALL* do_int80*
    do_fast_syscall_32 __do_fast_syscall_32 do_syscall_32* entry_INT80* entry_SYSENTER* ret_fast_syscall el0_svc*
    ret_from_syscall* system_call* syscall_exit syscall_enter do_syscall syscall_handler do_trap_ecall_u
    rtnetlink_rcv_msg nfnetlink_rcv_msg ioctl sys_ioctl x64_sys_call ia32_sys_call
    task_work_run tracesys* ia32_* cstar_dispatch sysenter_dispatch";
