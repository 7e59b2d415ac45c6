// Threads that compute beside the one that has the work: a team for each thread that asks for one, made when it first
// does and ended with it. Its members look out for work for a while, then sleep.
//
// Nobody is waited for who has not begun. So on a machine that is busy with other things the caller goes on alone, where
// a barrier would wait until every thread had been given a core.
#ifndef TW_BASE_TEAM_H
#define TW_BASE_TEAM_H

#define TW_TEAM_MAX 256

typedef void tw_team_function(void *user, int member);

// Calls function(user, 0) on this thread and function(user, member) for members 1 to `count` - 1 on others, those that
// come while the caller is at work; returns when all that began have ended. So the caller's part must be able to do the
// work of all. `count` is at most TW_TEAM_MAX. Called inside of a member's work, or where the system refuses threads, it
// runs alone.
void tw_team_run(int count, tw_team_function *function, void *user);

#endif
