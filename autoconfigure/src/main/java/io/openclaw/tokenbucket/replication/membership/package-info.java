/**
 * Who is in the fleet, who is received and who is heard.
 */
@NullMarked
package io.openclaw.tokenbucket.replication.membership;

import org.jspecify.annotations.NullMarked;
