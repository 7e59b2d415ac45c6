// Threads that help a caller with its work. Each thread that calls tw_team_run has a team of its own, which is made
// at the first call and ends with the thread. Members without work spin for a while, then sleep.
//
// The caller waits only for members that have begun. On a busy machine it does the work alone, where a barrier
// would wait until the system had given every thread a core.
#ifndef TW_BASE_TEAM_H
#define TW_BASE_TEAM_H

#define TW_TEAM_MAX 256

typedef void tw_team_function(void *user, int member);

// Calls function(user, 0) on this thread. Members 1 to `count` - 1 (`count` is at most TW_TEAM_MAX) that wake while this
// call runs call function(user, member) on their threads; a member that comes later is not called at all, so the calls
// that do run must get all of the work done. Returns when all calls that began have ended. Inside a member's work, and
// where the system gives no threads, function(user, 0) is the only call.
void tw_team_run(int count, tw_team_function *function, void *user);

#endif
