<?php
/**
 * Offers that are used up.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Which order used which offer: one row an offer, written by the order that is placed first.
 */
final class Vitrine_Offer_Log {

	const TABLE     = 'offer';
	const KEPT_DAYS = 7;         // Offers run two hours.

	/**
	 * Offers looked up in this request: id => the order that has it, 0 for none.
	 *
	 * @var array
	 */
	private static $owners = array();

	/**
	 * Writes an id into the list of those used up. An order that is tried again (a card was refused) keeps what it had.
	 *
	 * @param string $id       Offer.
	 * @param int    $order_id Order.
	 * @return bool False when another order has it.
	 */
	public static function take( $id, $order_id ) {
		$new = Vitrine_Table::ask( self::TABLE, 'query', 'INSERT IGNORE INTO [table] (id, order_id, used) VALUES (%s, %d, %d)', array( $id, $order_id, time() ) );
		if ( 0 !== $new ) {
			return true;                                    // Also when the database failed: an offer too many breaks no shop.
		}
		$owner = (int) Vitrine_Table::ask( self::TABLE, 'get_var', 'SELECT order_id FROM [table] WHERE id = %s', array( $id ) );
		if ( $owner === $order_id ) {
			return true;
		}
		return self::is_own( $owner ) && Vitrine_Table::ask( self::TABLE, 'query', 'UPDATE [table] SET order_id = %d WHERE id = %s AND order_id = %d', array( $order_id, $id, $owner ) );
	}

	/**
	 * Whether an order is of this very visit and still waits for its payment: it keeps its offers when it is tried again.
	 *
	 * @param int $order_id Order.
	 * @return bool
	 */
	private static function is_own( $order_id ) {
		$session = WC()->session;
		if ( ! $session || ! in_array( $order_id, array( (int) $session->get( 'order_awaiting_payment' ), (int) $session->get( 'store_api_draft_order' ) ), true ) ) {
			return false;
		}
		$order = wc_get_order( $order_id );
		return $order && $order->has_status( array( 'checkout-draft', 'pending', 'failed' ) );
	}

	/**
	 * Which of these another order used up.
	 *
	 * @param array $ids Offers, few.
	 * @return array ids.
	 */
	public static function used( array $ids ) {
		$new = array_values( array_diff( $ids, array_keys( self::$owners ) ) );
		if ( $new ) {
			$rows          = Vitrine_Table::ask( self::TABLE, 'get_results', 'SELECT id, order_id FROM [table] WHERE id IN (' . Vitrine_Table::holes( '%s', count( $new ) ) . ')', $new );
			self::$owners += array_fill_keys( $new, 0 );
			foreach ( (array) $rows as $row ) {
				self::$owners[ $row->id ] = (int) $row->order_id;
			}
		}
		$used = array();
		foreach ( $ids as $id ) {
			if ( self::$owners[ $id ] && ! self::is_own( self::$owners[ $id ] ) ) {
				$used[] = $id;
			}
		}
		return $used;
	}

	/**
	 * Forgets ids of offers that ended long ago.
	 */
	public static function clean() {
		Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] WHERE used < %d LIMIT 10000', array( time() - self::KEPT_DAYS * DAY_IN_SECONDS ) );
	}

	/**
	 * Makes the table; again is harmless.
	 */
	public static function install() {
		Vitrine_Table::make(
			self::TABLE,
			'id char(26) NOT NULL,
			order_id bigint(20) unsigned NOT NULL,
			used int(10) unsigned NOT NULL,
			PRIMARY KEY  (id),
			KEY used (used)'
		);
	}

	/**
	 * Takes it away.
	 */
	public static function remove() {
		Vitrine_Table::drop( self::TABLE );
	}
}
