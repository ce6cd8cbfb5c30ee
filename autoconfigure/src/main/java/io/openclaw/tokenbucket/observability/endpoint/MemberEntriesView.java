package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * The entries of one member in the replicated state of a bucket. Immutable. Amounts in
 * tokens.
 *
 * @param consumed what the member admitted, over all births
 * @param returned what it gave back, over all births
 * @param granted refill that accrued on its share
 * @param births the first two by birth
 */
public record MemberEntriesView(BigDecimal consumed, BigDecimal returned, BigDecimal granted, List<BirthView> births) {

	/**
	 * Sorts a state by member.
	 * @param state the state
	 * @return entries by member, in the order of members
	 */
	static Map<String, MemberEntriesView> of(TokenBucketState state) {
		SortedSet<Birth> births = new TreeSet<>();
		state.consumed().forEach((birth, amount) -> births.add(birth));
		state.returned().forEach((birth, amount) -> births.add(birth));
		SortedSet<MemberId> members = new TreeSet<>();
		births.forEach((birth) -> members.add(birth.member()));
		state.granted().forEach((member, amount) -> members.add(member));
		Map<String, MemberEntriesView> entries = new LinkedHashMap<>();
		members.forEach((member) -> entries.put(VisibleText.of(member.toString()), of(state, member, births)));
		return entries;
	}

	private static MemberEntriesView of(TokenBucketState state, MemberId member, SortedSet<Birth> births) {
		List<BirthView> ofMember = new ArrayList<>();
		births.stream()
			.filter((birth) -> birth.member().equals(member))
			.map((birth) -> new BirthView(birth.number(), Display.tokens(state.consumed().get(birth)),
					Display.tokens(state.returned().get(birth))))
			.forEach(ofMember::add);
		return new MemberEntriesView(Display.tokens(state.consumed().sum((birth) -> birth.member().equals(member))),
				Display.tokens(state.returned().sum((birth) -> birth.member().equals(member))),
				Display.tokens(state.granted().get(member)), List.copyOf(ofMember));
	}

}
