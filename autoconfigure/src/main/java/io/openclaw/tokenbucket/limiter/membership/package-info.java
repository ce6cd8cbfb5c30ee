/**
 * Who is counted and who is heard, as this member knows it.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.membership;

import org.jspecify.annotations.NullMarked;
