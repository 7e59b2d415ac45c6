// Teams: everybody who began is waited for, nobody who has not.
#include "base/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

typedef struct job {
    atomic_int begun, ended, calls[16];
    int wait_for; // the caller's part ends when so many have begun
} job;

static void sleep_milliseconds(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = 1000000 * milliseconds}, NULL);
}

static void work(void *user, int number) {
    job *j = user;
    atomic_fetch_add(&j->calls[number], 1);
    atomic_fetch_add(&j->begun, 1);
    while (number == 0 && atomic_load(&j->begun) < j->wait_for) sched_yield();
    if (number > 0) sleep_milliseconds(2); // the caller has ended long before
    atomic_fetch_add(&j->ended, 1);
}

static void all_who_began_have_ended(void **state) {
    (void)state;
    for (int round = 0; round < 40; round++) {
        job j = {.wait_for = round % 4 + 1};
        tw_team_run(5, work, &j);
        assert_int_equal(j.begun, j.ended);
        assert_true(j.begun >= j.wait_for && j.begun <= 5);
        assert_int_equal(j.calls[0], 1);
        for (int i = 1; i < 5; i++) assert_true(j.calls[i] <= 1);
        if (round % 10 == 9) sleep_milliseconds(3); // members fall asleep
    }
}

static void nobody_comes_who_is_not_wanted(void **state) {
    (void)state;
    job large = {.wait_for = 8}, small = {.wait_for = 2};
    tw_team_run(8, work, &large);
    assert_int_equal(large.begun, 8);
    tw_team_run(2, work, &small);
    assert_int_equal(small.begun, 2);
    assert_int_equal(small.calls[1], 1);
}

static void begin_again(void *user, int number) {
    (void)number;
    tw_team_run(4, work, user);
}

static void inside_of_a_job_one_works_alone(void **state) {
    (void)state;
    job j = {.wait_for = 1};
    tw_team_run(3, begin_again, &j);
    assert_true(j.calls[0] >= 1);
    for (int i = 1; i < 4; i++) assert_int_equal(j.calls[i], 0);
}

// Jobs that are over at once, from a thread of the host's.
static void *many_jobs(void *user) {
    for (int i = 0; i < 3000; i++) {
        job j = {.wait_for = i % 500 == 0 ? 3 : 1};
        for (int k = 0; k < 16; k++) atomic_init(&j.calls[k], 0);
        tw_team_run(3, i % 500 == 0 ? work : begin_again, &j);
        if (j.begun != j.ended) atomic_store((atomic_int *)user, 1);
    }
    return NULL;
}

static void threads_of_the_host_have_teams_of_their_own(void **state) {
    (void)state;
    atomic_int wrong = 0;
    pthread_t hosts[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&hosts[i], NULL, many_jobs, &wrong), 0);
    for (int i = 0; i < 3; i++) pthread_join(hosts[i], NULL); // and their members end with them
    assert_int_equal(wrong, 0);
}

// In a child whose host has used up all keys of thread-specific data: nothing would end members with their thread.
static int child_without_keys(void) {
    enum { KEYS = 4096 };

    pthread_key_t keys[KEYS];
    int made = 0;
    while (made < KEYS && pthread_key_create(&keys[made], NULL) == 0) made++;
    job j = {.wait_for = 1};
    tw_team_run(4, work, &j);
    sleep_milliseconds(5);
    if (made == KEYS || j.calls[0] != 1 || j.begun != 1) return 1;
    for (int i = 0; i < made; i++)
        if (pthread_getspecific(keys[i]) != NULL) return 2;
    return 0;
}

// The first test: a team made before would have the library's key already.
static void without_a_key_the_caller_does_it_and_takes_no_other(void **state) {
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) _exit(child_without_keys());
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

// What the child found: 0 if a team works there too.
static int child(void) {
    job j = {.wait_for = 2};
    alarm(20); // rather than hang
    tw_team_run(2, work, &j);
    return j.begun == 2 ? 0 : 1;
}

static void a_child_process_makes_a_team_of_its_own(void **state) {
    (void)state;
    job j = {.wait_for = 3};
    tw_team_run(3, work, &j);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) _exit(child());
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// In a child, for what is refused stays refused there.
static int child_without_threads(void) {
    struct rlimit none = {0, 0};
    job j = {.wait_for = 1};
    alarm(20);
    if (setrlimit(RLIMIT_NPROC, &none) != 0 || (getuid() == 0 && setuid(65534) != 0)) return 2;
    tw_team_run(4, work, &j);
    return j.calls[0] == 1 && j.begun == j.ended ? 0 : 1;
}

static void without_threads_the_caller_does_it(void **state) {
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) _exit(child_without_threads());
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TW_TESTS(without_a_key_the_caller_does_it_and_takes_no_other, all_who_began_have_ended,
         nobody_comes_who_is_not_wanted, inside_of_a_job_one_works_alone,
         threads_of_the_host_have_teams_of_their_own, a_child_process_makes_a_team_of_its_own,
         without_threads_the_caller_does_it)
