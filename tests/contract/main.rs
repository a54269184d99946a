//! The contract of the store protocol: one suite, which the store in memory and the store on
//! Redis both pass, the latter on one server and on a Cluster. `memory::…`, `redis::…` and
//! `cluster::…` are the same tests on each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accord;
mod carrying;
mod cluster_harness;
mod crashes;
mod dead_letters;
#[macro_use]
mod every_store;
mod events;
mod fencing;
mod forgetting;
mod handovers;
mod harness;
mod inbox;
mod interleavings;
mod interrupting;
mod memory_harness;
mod moving;
mod moving_along;
mod moving_in_order;
mod notes;
mod overview;
mod pausing;
mod queueing;
mod rates;
mod receipts;
mod recording;
mod redis_harness;
mod redis_only;
mod scopes;
mod sending;
mod steps;
mod storm;
mod transcripts;
mod turns;
mod undelivered;
mod wandering;
mod withdrawing;
mod words;

contract! {
    inbox:
        a_repeated_message_is_a_duplicate,
        a_duplicate_of_an_answered_message_brings_the_answer,
        a_key_is_remembered_for_seven_days_and_no_longer,
        a_channels_key_is_remembered_for_seven_days_too,
        a_record_lives_as_long_as_its_key,
        an_old_message_leaves_the_record_of_its_successor_alone,
        the_same_key_in_another_conversation_is_another_message,
        the_same_key_with_another_body_is_a_conflict,
        a_channels_repetition_is_a_duplicate_whatever_it_says,
        messages_keep_their_order,
        the_request_that_brought_a_message_is_known_to_whoever_answers,
        a_batch_reaches_every_conversation_it_names,
        an_empty_batch_is_accepted,
        no_more_messages_wait_than_may,
        without_its_token_a_message_is_not_told_of,
        a_message_is_told_as_waiting_and_then_as_answered,
        of_many_who_bring_the_same_message_one_brings_a_new_one,
    ;
    rates:
        the_first_message_over_the_rate_is_answered_with_a_notice,
        further_messages_over_the_rate_are_kept_and_start_no_turn,
        what_is_recorded_during_a_turn_is_known_when_it_is_opened_again,
        what_is_recorded_stands_in_the_order_of_its_keeping,
        a_message_that_fits_is_answered_and_another_notice_comes_after_a_silence_only,
        a_duplicate_does_not_count_against_the_rate,
        a_rate_counts_for_one_conversation_only,
        those_who_share_a_conversation_are_counted_apart,
        of_a_crowd_those_who_write_most_are_remembered,
        a_message_that_finds_no_room_does_not_count_against_the_rate,
        what_is_recorded_goes_with_the_history,
        of_many_at_once_no_more_than_fit_are_answered,
    ;
    notes:
        an_edit_changes_a_message_that_waits,
        what_is_taken_back_while_it_waits_is_never_answered,
        when_all_is_taken_back_there_is_nothing_to_do,
        what_was_taken_back_leaves_no_attempts_behind,
        an_edit_during_a_turn_is_kept_as_a_remark,
        an_edit_of_what_was_answered_is_kept_as_a_remark,
        what_is_put_off_or_revived_can_be_changed_too,
        a_note_is_stored_once_in_seven_days,
        an_amendment_handed_in_twice_changes_nothing_more,
        every_kind_of_remark_is_kept_and_starts_no_turn,
        the_newest_two_hundred_remarks_are_kept,
        reactions_push_out_nothing_but_reactions,
        remarks_are_kept_as_long_as_the_history,
        remarks_are_forgotten_with_the_person,
        a_change_is_never_lost_on_an_owner_at_work,
        a_dead_letter_is_not_changed_by_what_is_said_of_it,
    ;
    carrying:
        what_is_carried_over_becomes_the_beginning,
        it_is_carried_over_once,
        an_owner_at_work_finds_what_was_carried_over,
        the_oldest_goes_when_together_it_is_too_much,
        nothing_is_carried_over_from_nowhere_or_to_itself,
        of_many_who_carry_over_one_does,
        many_are_carried_over_in_their_order,
        a_person_goes_along,
        a_person_who_has_the_other_conversation_goes_on_with_it,
    ;
    moving:
        what_waits_goes_on_where_its_customer_is,
        an_owner_at_work_is_stale_when_its_customer_moves,
        a_reply_on_its_way_goes_first_and_is_remembered_there,
        who_does_not_know_of_it_answers_nothing_more,
        what_is_committed_after_the_move_follows,
        what_was_put_off_or_revived_goes_on_there_at_once,
        what_both_have_accepted_is_answered_once,
        who_comes_back_is_answered_once,
        who_moves_on_and_on_is_followed,
        what_came_later_stays_when_a_move_is_told_again,
        of_a_move_long_ago_nothing_is_left,
        who_is_forgotten_meanwhile_is_forgotten,
    ;
    moving_in_order:
        what_arrives_stands_where_its_time_says,
        who_answers_there_what_came_later_is_stale,
        what_came_later_keeps_nobody_from_answering,
        who_sends_a_reply_there_may_send_it_and_answer_nothing_more,
    ;
    moving_along:
        what_a_person_has_follows_to_that_person,
        what_is_said_of_a_message_follows_it,
        the_way_to_where_they_were_does_not_go_along,
    ;
    pausing:
        how_long_a_part_has_been_going_out_is_known,
        each_pause_leaves_standing_what_it_should,
        without_a_reply_only_a_failure_counts,
        what_was_delivered_is_not_sent_again,
        a_draft_is_known_to_whoever_goes_on_with_the_turn,
        a_draft_ends_with_its_turn,
        a_turn_that_restarts_forgets_what_was_before,
    ;
    receipts:
        a_part_only_goes_forward,
        of_a_reply_that_is_not_kept_nothing_is_known,
        the_newest_fifty_replies_are_kept,
        a_receipt_counts_also_after_the_part_is_pending_again,
        a_receipt_settles_whether_a_part_went_out,
        a_receipt_ends_the_wait_for_it,
        a_reply_that_is_complete_by_a_receipt_leaves_nothing_to_do,
        a_receipt_may_come_before_the_owners_own_word,
        receipts_of_many_are_answered_in_their_order,
        owner_and_provider_agree_whoever_is_first,
    ;
    undelivered:
        a_failed_part_makes_the_reply_undelivered,
        an_undelivered_reply_can_be_sent_again,
        a_reply_that_is_given_up_leaves_its_messages_undelivered,
        a_failure_stops_the_rest_of_the_reply,
        a_failure_stops_a_reply_that_nobody_holds,
        of_many_failures_one_makes_a_dead_letter,
    ;
    queueing:
        a_conversation_is_queued_once_however_many_messages_come,
        no_more_is_claimed_than_there_is_room_for,
        a_claim_waits_for_a_message,
        a_claim_ends_empty_when_patience_does,
        a_claim_that_nobody_waits_for_any_more_loses_nothing,
        two_owners_never_hold_the_same_conversation,
        what_comes_during_a_turn_is_answered_after_it,
        an_owner_can_go_on_with_what_came_meanwhile,
        what_is_released_unanswered_is_queued_again,
        what_is_released_with_nothing_waiting_is_not_queued,
        waiting_work_never_expires,
    ;
    turns:
        the_next_turn_knows_the_earlier_ones,
        what_a_turn_knew_stands_in_the_history,
        no_one_sees_anothers_conversation,
        a_turn_takes_no_more_messages_than_it_asked_for,
        messages_collected_into_a_turn_are_answered_together,
        a_commit_handed_in_twice_answers_nothing_more,
        a_commit_of_more_than_waits_is_refused_whole,
        the_history_keeps_the_latest_turns,
        an_idle_conversation_loses_its_history_and_not_its_work,
        a_message_keeps_the_history_alive,
        an_answer_keeps_the_history_alive,
        an_expired_history_does_not_come_back,
        what_is_put_off_is_not_ready_before_its_time,
        attempts_are_counted_until_a_commit,
        several_that_are_put_off_come_back_each_in_its_time,
    ;
    sending:
        parts_go_out_one_by_one_and_the_claim_stays,
        a_part_may_be_delivered_without_a_receipt,
        a_delivery_recorded_twice_changes_nothing,
        an_answer_counts_before_it_is_sent,
        an_unsent_reply_is_reason_enough_to_be_queued,
        the_next_owner_finds_what_may_have_gone_out,
        a_release_leaves_open_whether_a_part_went_out,
        putting_off_makes_a_part_pending_again,
        a_message_that_comes_while_a_reply_goes_out_waits,
        what_a_part_quotes_and_whom_it_reaches_is_kept,
    ;
    fencing:
        a_takeover_counts_the_delivery_and_names_the_owner,
        a_stale_owner_cannot_open,
        a_stale_owner_cannot_commit,
        a_stale_owner_cannot_write_down_a_sending,
        a_stale_owner_cannot_record_a_delivery,
        a_stale_owner_cannot_release,
        a_stale_owner_cannot_put_off,
        a_stale_owner_cannot_park,
        a_stale_owner_cannot_withdraw,
        a_stale_heartbeat_steals_nothing_back,
        a_heartbeat_keeps_the_claim,
        heartbeats_are_answered_in_the_order_of_the_claims,
        a_late_owner_keeps_the_claim_until_another_takes_it,
        an_owner_that_takes_over_from_itself_is_fenced_too,
        a_fence_that_was_never_given_opens_nothing,
        whatever_ends_a_claim_voids_it,
        a_stale_commit_leaves_the_message_to_the_new_owner,
    ;
    crashes:
        a_crash_between_any_two_verbs_loses_and_repeats_nothing,
        crash_upon_crash_still_ends_in_one_answer,
        a_crash_after_the_end_of_a_claim_leaves_nothing_behind,
        a_crash_while_messages_come_loses_none,
    ;
    dead_letters:
        the_oldest_messages_are_parked_and_the_rest_is_answered,
        an_unsent_reply_is_parked_before_any_message,
        a_message_behind_a_parked_reply_is_answered,
        a_revived_message_goes_ahead_of_what_waits,
        reviving_the_latest_first_restores_the_order,
        a_revived_message_queues_an_idle_conversation,
        a_revived_reply_goes_on_where_it_stopped,
        a_revived_reply_that_finds_another_stays_dead,
        a_message_revived_during_a_turn_is_not_taken_for_its_own,
        a_reply_is_not_revived_during_a_turn,
        a_dead_letter_is_revived_once,
        dead_letters_come_oldest_first_and_no_more_than_asked,
        dead_letters_never_expire,
    ;
    forgetting:
        forgetting_erases_all_there_is,
        a_claim_on_a_forgotten_conversation_is_stale,
        a_forgotten_conversation_that_was_put_off_does_not_come_back,
        a_forgotten_conversation_that_was_ready_can_only_be_claimed_in_vain,
        forgetting_someone_unknown_says_so,
        forgetting_one_leaves_the_others_alone,
    ;
    events:
        a_watcher_hears_of_a_turn_that_another_owner_commits,
        a_watcher_hears_of_a_turn_that_its_own_process_commits,
        whoever_accepts_a_message_hears_its_answer_from_anywhere,
        whoever_repeats_a_message_hears_its_answer_too,
        a_watch_that_begins_during_a_turn_hears_its_end,
        whoever_waits_for_an_answer_is_told_to_look_when_it_was_erased,
        whoever_waits_for_an_answer_is_told_to_look_when_a_person_has_it,
        events_of_one_owner_arrive_in_order,
        a_watcher_hears_its_own_conversation_only,
        a_watcher_hears_that_messages_were_parked,
        a_stale_commit_is_not_announced,
        an_event_is_a_hint_and_the_store_knows_it_first,
    ;
    overview:
        a_replica_is_alive_for_ten_seconds,
        every_replica_sees_what_each_last_said,
        the_figures_tell_where_every_conversation_stands,
        a_store_that_is_there_answers_a_ping,
        the_oldest_waiting_message_is_found_wherever_its_conversation_stands,
        the_store_says_how_much_memory_it_takes,
    ;
    accord:
        a_burst_passes_a_lane_and_then_one_at_a_time,
        who_does_not_pass_is_not_counted,
        of_many_who_want_to_pass_as_many_do_as_may,
        a_closed_lane_lets_nobody_pass,
        an_office_has_one_holder_at_a_time,
        an_office_that_was_given_back_is_free,
        of_many_who_want_an_office_one_has_it,
        the_first_proposal_is_what_all_have,
        a_name_that_is_none_is_refused,
    ;
    transcripts:
        a_message_and_its_answer_are_entries_on_every_replica,
        an_answer_names_all_it_answers_that_are_read_along,
        other_conversations_have_no_transcript,
        a_repetition_adds_nothing,
        what_is_given_up_is_an_entry_and_so_is_its_late_answer,
        a_reply_that_can_not_be_sent_fails_no_message,
        a_stale_owner_adds_nothing,
        a_reader_goes_on_where_it_stopped,
        the_newest_entries_are_kept_and_no_id_comes_twice,
        a_transcript_ends_some_time_after_its_last_entry,
        forgetting_erases_the_transcript,
        watchers_everywhere_hear_of_each_entry,
        an_entry_can_be_read_when_it_is_heard_of,
        a_message_over_its_rate_is_an_entry_too,
        a_message_that_is_refused_is_no_entry,
    ;
    handovers:
        while_a_person_has_it_nothing_is_answered,
        the_model_knows_later_what_was_said_meanwhile,
        taking_over_again_changes_nothing,
        what_a_person_says_twice_is_said_once,
        where_nobody_reads_nothing_is_said,
        taking_over_interrupts_the_answer_in_the_making,
        an_owner_that_looks_again_finds_nothing_to_commit,
        a_reply_on_its_way_out_still_goes_out,
        a_stale_owner_leaves_nothing_to_the_person,
        a_handover_lasts_until_it_is_ended_or_forgotten,
        watchers_everywhere_hear_of_a_handover,
        each_message_is_answered_once_or_left_to_the_person,
    ;
    withdrawing:
        what_was_taken_back_during_a_turn_goes_without_an_answer,
        nothing_is_withdrawn_before_a_reply_that_is_on_its_way,
        of_an_owner_and_its_successor_one_withdraws,
    ;
    interrupting:
        an_owner_learns_of_an_interruption_with_its_heartbeat,
        nobody_is_interrupted_where_nobody_is_at_work,
        an_interruption_ends_with_its_claim,
        whoever_takes_over_is_not_interrupted,
        a_heartbeat_that_brings_an_interruption_renews_the_lease,
    ;
    storm:
        owners_who_work_at_once_answer_each_message_once,
    ;
}
