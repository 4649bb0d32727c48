<?php
/** One letter to the customer, one to the owner, with the hooks of WooCommerce's templates. */

class WC_Email {
	public $id;
	public $object = null;

	public function __construct( $id ) {
		$this->id = $id;
	}

	public function get_recipient() {
		return 'new_order' === $this->id ? get_option( 'admin_email' ) : ( $this->object ? $this->object->get_billing_email() : '' );
	}

	public function send_for( $order ) {
		$this->object = $order;
		$to           = $this->get_recipient();
		if ( ! $to ) {
			return;
		}
		ob_start();
		do_action( 'woocommerce_email_header', 'Thank you for your order', $this );
		do_action( 'woocommerce_email_before_order_table', $order, 'new_order' === $this->id, false, $this );
		do_action( 'woocommerce_email_order_details', $order, 'new_order' === $this->id, false, $this );
		do_action( 'woocommerce_email_after_order_table', $order, 'new_order' === $this->id, false, $this );
		do_action( 'woocommerce_email_order_meta', $order, 'new_order' === $this->id, false, $this );
		do_action( 'woocommerce_email_customer_details', $order, 'new_order' === $this->id, false, $this );
		do_action( 'woocommerce_email_footer', $this );
		wp_mail( $to, 'Order ' . $order->get_id(), ob_get_clean(), array( 'Content-Type: text/html; charset=UTF-8' ) );
	}
}

class WC_Emails {
	private static $one = null;
	public $emails      = array();

	public static function instance() {
		self::$one = self::$one ?: new self();
		return self::$one;
	}

	public function __construct() {
		foreach ( array( 'WC_Email_New_Order' => 'new_order', 'WC_Email_Customer_Processing_Order' => 'customer_processing_order', 'WC_Email_Customer_Completed_Order' => 'customer_completed_order' ) as $class => $id ) {
			$this->emails[ $class ] = new WC_Email( $id );
		}
	}

	public function get_emails() {
		return $this->emails;
	}

	public static function hooks() {
		add_action( 'woocommerce_order_status_pending_to_processing', function ( $id, $order ) { self::send( $order, 'WC_Email_New_Order', 'WC_Email_Customer_Processing_Order' ); }, 10, 2 );
		add_action( 'woocommerce_order_status_completed', function ( $id, $order ) { doing_action( 'wp_install' ) || 'checkout' === $order->get_created_via() || 'store-api' === $order->get_created_via() ? self::send( $order, 'WC_Email_Customer_Completed_Order' ) : null; }, 10, 2 );
		add_action( 'woocommerce_email_header', function ( $heading ) { echo '<html><body><h1>' . esc_html( $heading ) . '</h1>'; } );
		add_action( 'woocommerce_email_order_details', function ( $order ) { echo '<p>Order ' . (int) $order->get_id() . ': ' . $order->get_formatted_order_total() . '</p>'; } ); // phpcs:ignore
		add_action( 'woocommerce_email_footer', function () { echo '</body></html>'; } );
	}

	private static function send( $order, ...$classes ) {
		foreach ( $classes as $class ) {
			self::instance()->emails[ $class ]->send_for( $order );
		}
	}
}
WC_Emails::hooks();
